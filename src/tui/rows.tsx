import {Box, Text} from 'ink';
import {memo} from 'react';

/** A whole screen of painted rows. It is never taller than the terminal, or Ink would clear it at every frame. */
export function Rows({rows, columns}: {rows: readonly string[]; columns: number}) {
	return (
		<Box flexDirection="column" height={rows.length} width={columns}>
			{rows.map((text, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row of the terminal is known by its place alone.
				<Row key={index} text={text} />
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
