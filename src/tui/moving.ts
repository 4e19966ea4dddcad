import {type LabState, type Metrics, panes} from './lab-state.ts';

type Change = Partial<LabState>;

/** Tab on the empty line. A small terminal shows the next pane, a large one gives it the arrow keys. */
export function otherPane(state: LabState, metrics: Metrics, by: 1 | -1): Change {
	if (!metrics.small) return {focus: around(['prompt', ...panes] as const, state.focus, by), selected: undefined};
	const shown = around(panes, state.shown, by);
	const reading = shown === 'story' && state.focus === 'prompt';
	return {shown, focus: reading ? 'prompt' : shown, selected: undefined};
}

function around<T>(ring: readonly T[], from: T, by: 1 | -1): T {
	return ring[(ring.indexOf(from) + by + ring.length) % ring.length]!;
}

/** Scrolls the pane that has the arrow keys, or selects in it; from the prompt the one that is being read. */
export function scrolled(state: LabState, metrics: Metrics, by: number): Change {
	switch (paneOf(state, metrics)) {
		case 'output':
			return {outputBack: within(state.outputBack - by, metrics.outputTotal - metrics.outputRows)};
		case 'timeline':
			return {};
		case 'story':
			return {story: within(metrics.storyTop + by, metrics.storyTotal - metrics.storyRows)};
		case 'cluster': {
			const {rowKeys} = metrics;
			const before = by > 0 ? -1 : rowKeys.length;
			const at = state.selected === undefined ? before : rowKeys.indexOf(state.selected);
			return {focus: 'cluster', selected: rowKeys[within(at + by, rowKeys.length - 1)]};
		}
	}
}

/** The same by what fits on the screen, less two lines to go on from. */
export function paged(state: LabState, metrics: Metrics, by: 1 | -1): Change {
	const {outputRows, storyRows, clusterRows, timelineRows} = metrics;
	const rows = {output: outputRows, story: storyRows, cluster: clusterRows, timeline: timelineRows}[
		paneOf(state, metrics)
	];
	return scrolled(state, metrics, by * Math.max(1, rows - 2));
}

function paneOf({focus, shown}: LabState, {small}: Metrics) {
	if (focus !== 'prompt') return focus;
	return small ? shown : 'story';
}

function within(value: number, most: number): number {
	return Math.max(0, Math.min(most, value));
}
