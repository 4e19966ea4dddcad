import {gatewayImage} from '../clusters/gateway-config.ts';
import {hasFixedTag} from '../clusters/image-name.ts';
import type {LessonCard} from '../lesson/lesson-card.ts';

/** The images with a fixed tag that lessons and the gateway use on a cluster of containers, each once. Others cannot be brought along: the kubelet fetches them anew. */
export function lessonImages(lessons: readonly Pick<LessonCard, 'images'>[]): string[] {
	return [...new Set([gatewayImage, ...lessons.flatMap(({images}) => images)])].filter(hasFixedTag).sort();
}
