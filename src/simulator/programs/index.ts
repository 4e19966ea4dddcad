import type {Image} from './image.ts';
import {nginx} from './nginx.ts';

/** Every image that the nodes know. To add one, write its file and put it here. */
export const images: Image[] = [nginx];
