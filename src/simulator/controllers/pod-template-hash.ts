import type {PodTemplate} from '../types.ts';
import {goDump} from './go-dump.ts';

const alphanums = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The value of the label `pod-template-hash` (controller_utils.go ComputeHash): FNV-1a over Go's dump of the template,
 * its decimal digits spelt in the alphabet of generated names. The template is taken before the label is added. It is
 * the hash of Kubernetes 1.36 for templates of common fields; with rarer ones it is as stable but another.
 */
export function podTemplateHash(template: PodTemplate, collisionCount?: number): string {
	const text = goDump('PodTemplateSpec', template) ?? sortedJson(template);
	let sum = 0x811c9dc5;
	const add = (byte: number) => {
		sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
	};
	for (const byte of new TextEncoder().encode(text)) add(byte);
	if (collisionCount !== undefined) {
		for (let shift = 0; shift < 32; shift += 8) add((collisionCount >>> shift) & 255);
		for (let i = 0; i < 4; i++) add(0);
	}
	return [...String(sum)].map(digit => alphanums[digit.charCodeAt(0) % alphanums.length]).join('');
}

const sortedJson = (value: unknown): string =>
	JSON.stringify(value, (_key, part) =>
		part && typeof part === 'object' && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
			: part,
	);
