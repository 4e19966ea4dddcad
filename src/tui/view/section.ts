import type {LabState, Metrics} from '../lab-state.ts';
import type {Symbols} from '../theme.ts';
import {edge, sided} from './frame.ts';
import type {Line, Span} from './line.ts';

/** A part of a framed column: what its upper edge says, and its lines. Its inner divider, where it has one, is a column. */
export type Section = {
	titles: {at: number; text: string; tone?: Span['tone']}[];
	joint?: number;
	lines: Line[];
	focused?: boolean;
};

/** The room that a section is drawn in, and where it notes what fitted. */
export type Room = {width: number; height: number; metrics: Metrics};

/** Sections below each other in one frame. */
export function framed(sections: readonly Section[], width: number, symbols: Symbols): Line[] {
	const joints = (section: Section | undefined) => (section?.joint === undefined ? [] : [section.joint]);
	return [
		...sections.flatMap((section, index): Line[] => [
			edge(
				{
					kind: index === 0 ? 'top' : 'middle',
					width,
					above: joints(sections[index - 1]),
					below: joints(section),
					titles: section.titles.map(title => ({tone: section.focused ? 'selected' : 'strong', ...title})),
				},
				symbols,
			),
			...section.lines.map(content => sided(content, width, symbols)),
		]),
		edge({kind: 'bottom', width, above: joints(sections.at(-1))}, symbols),
	];
}

/** A line with a cell of space before it. */
export function padded(content: Line): Line {
	return [{text: ' '}, ...content];
}

/** Whether there is output that belongs to the present step. */
export function hasRun({ran, running}: LabState): boolean {
	return ran.size > 0 || running !== undefined;
}
