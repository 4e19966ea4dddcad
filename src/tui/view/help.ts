import type {Text} from '../../text/text.ts';
import type {KeyHint} from './key-hints.ts';
import {type Line, line, widthOf, wrap} from './line.ts';

/** The help page: the keys that work now, then what is good to know. */
export function helpLines(hints: readonly KeyHint[], width: number, text: Text): Line[] {
	const {screen} = text;
	const keyWidth = Math.max(...hints.map(({key}) => widthOf(key))) + 2;
	const paragraph = (words: string): Line[] => [...wrap(line(words), width), []];
	return [
		...paragraph(screen.helpIntro),
		line(screen.helpKeys, 'title'),
		...hints.map(
			({key, label}): Line => [
				{text: `  ${key}`, tone: 'strong'},
				{text: ' '.repeat(keyWidth - widthOf(key))},
				{text: label},
			],
		),
		[],
		...paragraph(screen.helpWords),
		...paragraph(screen.helpEdit),
		...paragraph(screen.helpSigns),
		...wrap(line(screen.helpTerminal), width),
	];
}
