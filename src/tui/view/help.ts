import type {Text} from '../../text/text.ts';
import type {PaletteEntry} from '../palette.ts';
import type {KeyHint} from './key-hints.ts';
import {type Line, line, widthOf, wrap} from './line.ts';

/** What the help page lists: the keys and the words that work now; `clock` where the cluster's time can be held. */
export type HelpSources = {keys: readonly KeyHint[]; words: readonly PaletteEntry[]; clock: boolean};

/** The help page: the keys that work now, the words that do something to the lab, then what is good to know. */
export function helpLines({keys, words, clock}: HelpSources, width: number, text: Text): Line[] {
	const {screen} = text;
	const shownKeys = keys.map(({key, action}) => ({name: key.replace('^', 'Ctrl-'), words: screen.keyHelp[action]}));
	const shownWords = words.filter(({word}) => word !== '').map(({word, help}) => ({name: word, words: help}));
	const column = Math.max(...[...shownKeys, ...shownWords].map(({name}) => widthOf(name))) + 2;
	const paragraph = (words: string): Line[] => [...wrap(line(words), width), []];
	const list = (entries: {name: string; words: string}[]) =>
		entries.flatMap(({name, words}) =>
			wrap(
				[{text: `  ${name}`, tone: 'strong'}, {text: ' '.repeat(column - widthOf(name))}, {text: words}],
				width,
				column + 2,
			),
		);
	return [
		...paragraph(screen.helpIntro),
		line(screen.helpKeys, 'title'),
		...list(shownKeys),
		[],
		line(screen.helpWords, 'title'),
		...list([...shownWords, {name: screen.filterWord, words: screen.filterHelp}]),
		[],
		...paragraph(screen.helpEdit),
		...paragraph(screen.helpSigns),
		...paragraph(screen.helpTerminal),
		...(clock ? wrap(line(screen.helpClock), width) : []),
	];
}
