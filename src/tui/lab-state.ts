import type {RunView} from '../engine/view.ts';
import type {Editor} from './editor.ts';
import type {HistoryPosition} from './history.ts';
import type {Output} from './output.ts';
import type {Recent} from './view/recent.ts';
import {predictionIsOpen} from './view/story-pane.ts';

/** The panes that a small terminal shows one at a time. */
export const panes = ['story', 'cluster', 'output'] as const;

type Pane = (typeof panes)[number];

/** Where the story stands: at a line, or wherever a part of it begins. */
type StoryPosition = number | 'prediction' | 'hints' | 'explanation';

/** Everything the screen is drawn from. Immutable. */
export type LabState = {
	readonly view: RunView;
	readonly recent: Recent;
	readonly output: Output;
	readonly editor: Editor;
	readonly history: HistoryPosition;
	/** Who gets the arrow keys. */
	readonly focus: 'prompt' | Pane;
	/** The pane that a small terminal shows. */
	readonly shown: Pane;
	readonly story: StoryPosition;
	/** Rows that the output is scrolled back from its end. */
	readonly outputBack: number;
	/** Rows that the output had when the running command began; it does not shrink before that has ended. */
	readonly outputRows: number;
	/** The selected row of the cluster pane, while it has the focus. */
	readonly selected?: string;
	/** The line at which the open help begins; undefined while it is closed. */
	readonly help?: number;
	/** One sentence to the learner, until the next key. */
	readonly note?: string;
	/** The command that runs, and since when (ms since 1970). */
	readonly running?: {readonly line: string; readonly since: number};
	/** Lines entered while a command runs. */
	readonly queue: readonly string[];
	/** Lines run since the step began. */
	readonly ran: ReadonlySet<string>;
	/** The folder's name, once the learner has left the lesson's. */
	readonly folder: string;
	/** The line that the prompt proposes; '' for none. */
	readonly suggestion: string;
	/** Ctrl-C was pressed on an empty line; once more leaves. */
	readonly leaving: boolean;
};

/** What the drawing found out and the next key press needs: how much fits, and how far things can scroll. */
export type Metrics = {
	storyTop: number;
	storyRows: number;
	storyTotal: number;
	/** As much of the solved step's explanation is on the screen as fits. */
	explanationShown: boolean;
	outputRows: number;
	outputTotal: number;
	/** The keys of all rows in the cluster pane, from top to bottom. */
	rowKeys: string[];
	helpRows: number;
	helpTotal: number;
	small: boolean;
};

/** Metrics before the first frame. */
export const noMetrics: Metrics = {
	storyTop: 0,
	storyRows: 0,
	storyTotal: 0,
	explanationShown: false,
	outputRows: 0,
	outputTotal: 0,
	rowKeys: [],
	helpRows: 0,
	helpTotal: 0,
	small: false,
};

/** What the learner is to do now; decides the placeholder, what Enter does, and which keys are offered. */
export type Moment = 'finished' | 'running' | 'predict' | 'solved' | 'look' | 'work';

/** The moment a state is in. */
export function momentOf({view, running}: Pick<LabState, 'view'> & Partial<LabState>): Moment {
	if (running) return 'running';
	if (view.finished) return 'finished';
	if (predictionIsOpen(view.step)) return 'predict';
	if (view.step.solved) return 'solved';
	const {looking, checks} = view.step;
	return looking && checks.every(({state}) => state === 'passed') ? 'look' : 'work';
}
