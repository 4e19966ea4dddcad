import type {Text} from '../../text/text.ts';
import type {KeyHint} from './key-hints.ts';
import {type Line, line, widthOf, wrap} from './line.ts';

/** The help page: the keys that work now, then what is good to know. */
export function helpLines(hints: readonly KeyHint[], width: number, text: Text, clock = false): Line[] {
	const {screen} = text;
	const keys = hints.map(({key, action}) => ({key: key.replace('^', 'Ctrl-'), words: screen.keyHelp[action]}));
	const keyWidth = Math.max(...keys.map(({key}) => widthOf(key))) + 2;
	const paragraph = (words: string): Line[] => [...wrap(line(words), width), []];
	return [
		...paragraph(screen.helpIntro),
		line(screen.helpKeys, 'title'),
		...keys.flatMap(({key, words}) =>
			wrap(
				[{text: `  ${key}`, tone: 'strong'}, {text: ' '.repeat(keyWidth - widthOf(key))}, {text: words}],
				width,
				keyWidth + 2,
			),
		),
		[],
		...paragraph(screen.helpWords),
		...paragraph(screen.helpEdit),
		...paragraph(screen.helpSigns),
		...paragraph(screen.helpTerminal),
		...(clock ? wrap(line(screen.helpClock), width) : []),
	];
}
