import {Box, Text} from 'ink';
import {memo} from 'react';
import type {Theme} from './theme.ts';
import {type Line, paint} from './view/line.ts';

/** A whole screen of lines. It is never taller than the terminal, or Ink would clear it at every frame. */
export function Rows({lines, columns, theme}: {lines: readonly Line[]; columns: number; theme: Theme}) {
	return (
		<Box flexDirection="column" height={lines.length} width={columns} overflow="hidden">
			{lines.map((content, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row of the terminal is known by its place alone.
				<Row key={index} text={paint(content, theme)} />
			))}
		</Box>
	);
}

/** One row of the terminal; drawn again only when it changes. */
const Row = memo(function Row({text}: {text: string}) {
	return (
		<Box height={1} flexShrink={0}>
			<Text wrap="truncate">{text || ' '}</Text>
		</Box>
	);
});
