import type {ClusterSpeed} from '../clusters/cluster.ts';
import type {Help} from '../engine/run-state.ts';
import type {RunView} from '../engine/view.ts';
import {type Editor, editorText, emptyEditor} from './editor.ts';
import {type HistoryPosition, historyOf} from './history.ts';
import {emptyOutput, type Output} from './output.ts';
import type {Palette} from './palette.ts';
import type {Past} from './past.ts';
import type {Search} from './search.ts';
import {suggestionFor} from './suggestion.ts';
import {nothingRecent, type Recent, recentAfter} from './view/recent.ts';
import {predictionIsOpen} from './view/story-pane.ts';

/** The panes that a small terminal shows one at a time. */
export const panes = ['story', 'cluster', 'timeline', 'output'] as const;

type Pane = (typeof panes)[number];

/** What the cluster pane shows: Pods joined with addresses, EndpointSlices, or what kubectl would print. */
export const forms = ['joined', 'slices', 'table'] as const;

export type Form = (typeof forms)[number];

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
	readonly form: Form;
	/** What the rows of the cluster pane have to contain; '' shows all. */
	readonly filter: string;
	readonly story: StoryPosition;
	/** Rows that the output is scrolled back from its end. */
	readonly outputBack: number;
	/** Rows that the output had when the running command began; it does not shrink before that has ended. */
	readonly outputRows: number;
	/** The selected row of the cluster pane, while it has the focus. */
	readonly selected?: string;
	/** The line at which the open help begins; undefined while it is closed. */
	readonly help?: number;
	/** The open list of what can be done: what its entries have to contain, and the selected one. */
	readonly palette?: Palette | undefined;
	/** The search in the history that is going on at the prompt. */
	readonly search?: Search | undefined;
	/** The earlier moment that the cluster pane shows in place of the present one. */
	readonly past?: Past | undefined;
	/** The lab is doing the step: it types the commands, or passes the step over. */
	readonly guide?: Help | undefined;
	/** What a `y` would do now. */
	readonly asked?: 'reset' | 'restart' | undefined;
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
	/** How fast the cluster's time passes; undefined where it cannot be held. */
	readonly speed?: ClusterSpeed | undefined;
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
	/** Lines that the first Service has in the cluster pane. */
	clusterRows: number;
	/** Lines that the timeline has. */
	timelineRows: number;
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
	clusterRows: 0,
	timelineRows: 0,
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

/** The state at the start, with the history of earlier sessions. */
export function firstState(view: RunView, history: readonly string[]): LabState {
	return suggested({
		view: settled(view),
		recent: nothingRecent,
		output: emptyOutput,
		editor: emptyEditor,
		history: historyOf(history),
		focus: 'prompt',
		shown: 'story',
		form: 'joined',
		filter: '',
		story: 0,
		outputBack: 0,
		outputRows: 0,
		queue: [],
		ran: new Set(),
		folder: '',
		suggestion: '',
		leaving: false,
	});
}

/** The state with what its prompt proposes. */
export function suggested(state: LabState): LabState {
	const commands = state.view.finished ? [] : state.view.step.commands;
	const typed = editorText(state.editor);
	const suggestion =
		momentOf(state) === 'predict' && !typed ? '' : suggestionFor(typed, commands, state.ran, state.history.lines);
	return suggestion === state.suggestion ? state : {...state, suggestion};
}

/** The state with more output. Who has scrolled back goes on seeing the same lines. */
export function printed(state: LabState, output: Output): LabState {
	const added = output.lines.length - state.output.lines.length;
	return {...state, output, outputBack: state.outputBack === 0 ? 0 : state.outputBack + Math.max(0, added)};
}

/** Whether all that a step which only looks proposes to look at has been looked at, and `line` was the last of it. */
export function hasLooked({view, ran}: LabState, line: string): boolean {
	const {looking, solved, commands} = view.step;
	return looking && solved && commands.includes(line.trim()) && commands.every(command => ran.has(command));
}

/** The state with a new view of the run: another step starts afresh, a step just solved shows what there is to say. */
export function withView(state: LabState, given: RunView): LabState {
	const view = settled(given);
	if (view === state.view) return state;
	const sameStep = view.step.id === state.view.step.id && view.finished === state.view.finished;
	// What the first listing brings has not just come.
	const listed = state.view.observe.state === 'listing';
	const recent = listed ? state.recent : recentAfter(state.recent, state.view.now, view.now);
	const next: LabState = {...state, view, recent};
	// A filter left on would hide what the next step is about.
	const afresh = {
		story: 0,
		shown: 'story',
		filter: '',
		ran: new Set<string>(),
		selected: undefined,
		past: undefined,
		note: undefined,
	} as const;
	if (!sameStep) return suggested({...next, ...afresh});
	const solvedNow = view.step.solved && !state.view.step.solved;
	// What is said unasked wants to be read.
	if (!view.step.solved && view.step.hints.length > state.view.step.hints.length) {
		return suggested({...next, story: 'hints', shown: 'story'});
	}
	// A step that only looks is solved by its first command; its story stays until the others have been run.
	const leftToLook = view.step.looking && view.step.commands.some(command => !state.ran.has(command));
	return suggested(solvedNow && view.step.explanation && !leftToLook ? {...next, story: 'explanation'} : next);
}

const settledViews = new WeakMap<RunView, RunView>();

/** Until the first listing has come nothing is known: what held is not called broken, nor what was there gone. */
function settled(view: RunView): RunView {
	if (view.observe.state !== 'listing') return view;
	const known = settledViews.get(view);
	if (known) return known;
	const checks = view.step.checks.map(check =>
		check.state === 'broken' ? {...check, state: 'waiting' as const, waiting: undefined} : check,
	);
	const result = {...view, before: undefined, step: {...view.step, checks}};
	settledViews.set(view, result);
	return result;
}
