import type {RequestsView} from '../observe/request-counts.ts';
import type {Snapshot, TimelineEntry} from '../observe/snapshot.ts';
import type {KeptOutput} from './kept-output.ts';

/** What happens in a run, as the journal keeps it. `at` is ms since 1970, `step` a step's id. */
export type RunEvent = {at: number} /** `seed`: the drill that the lesson was opened with. */ & (
	| {type: 'open'; seed?: number}
	| {type: 'close'}
	| {type: 'enter'; step: string}
	| {type: 'remember'; step: string; snapshot: Snapshot}
	| {type: 'requests'; requests: RequestsView}
	| {type: 'predict'; step: string; choice: string}
	/** A command begins; `clusterAt` is the cluster's own time, by which its changes are dated. */
	| {type: 'ran'; step: string; command: string; clusterAt?: number}
	/** A command has ended. */
	| ({type: 'ended'; command: string; code: number} & KeptOutput)
	/** What has happened in the cluster since the last event of this type; `more` counts what is left out. */
	| {type: 'changes'; entries: TimelineEntry[]; more?: number}
	| {type: 'hint'; step: string; hint: string}
	/** `snapshot` is kept where the prediction came out wrong, to say at the end why. */
	| {type: 'solve'; step: string; snapshot?: Snapshot}
	/** The lab ran the step's commands: to show how, or to pass the step over. */
	| {type: 'helped'; step: string; how: Help}
	/** The cluster is back where the step begins; nothing has been done in it. */
	| {type: 'reset'; step: string}
	/** The step's state was removed and has to be made again; what the learner answered in it stays. */
	| {type: 'redo'; step: string}
	| {type: 'finish'}
);

/** How far the lab did a step for the learner: it showed the commands, or the step was passed over. */
export type Help = 'shown' | 'skipped';

export type StepProgress = {
	solvedAt?: number;
	/** The cluster when it was solved, where the prediction came out wrong. */
	solvedWith?: Snapshot;
	helped?: Help;
	remembered?: Snapshot;
	/** The requests of the lesson when the step began: the step's own are those since. */
	requestsBefore?: RequestsView;
	prediction?: string;
	/** How many commands the learner ran in it. */
	commands: number;
	/** Hints shown so far, in the order of asking. */
	hints: string[];
	/** Time spent in it until it was solved, in ms, while the lab was open. */
	spent: number;
};

/** All that is known of a run; folded from its events. */
export type RunState = {
	/** The seed of the drill, in a lesson with drills. */
	seed?: number;
	/** The step the learner is in; undefined before the first one is entered. */
	current?: string;
	steps: Readonly<Record<string, StepProgress>>;
	finished: boolean;
	/** The requests of the lesson, as far as they have been written down. */
	requests?: RequestsView;
	/** Time spent in the run, in ms, while the lab was open. */
	spent: number;
	/** The latest event of the present session, for measuring; undefined between sessions. */
	lastAt?: number;
};

const initialState: RunState = {steps: {}, finished: false, spent: 0};

const untouched: StepProgress = {commands: 0, hints: [], spent: 0};

/** A step's progress, also when nothing has happened in it. */
export function progressOf(state: RunState, step: string): StepProgress {
	return state.steps[step] ?? untouched;
}

/** The next state. Solved stays solved; a prediction stays as it is once a command ran or the step is solved. */
export function reduce(state: RunState, event: RunEvent): RunState {
	const timed = spend(state, event);
	switch (event.type) {
		case 'open':
			return event.seed === undefined ? timed : {...timed, seed: event.seed};
		case 'close':
			return {...timed, lastAt: undefined};
		case 'enter': {
			const entered = {...timed, current: event.step, finished: false};
			// An unsolved step remembers the moment of this entering, so that going back and forth mends a useless memory.
			const {solvedAt, remembered} = progressOf(timed, event.step);
			if (solvedAt !== undefined || (!remembered && !timed.requests)) return entered;
			return change(entered, event.step, {remembered: undefined, requestsBefore: timed.requests});
		}
		case 'remember':
			return change(timed, event.step, {remembered: event.snapshot});
		case 'requests':
			return {...timed, requests: event.requests};
		case 'predict': {
			const {commands, solvedAt} = progressOf(timed, event.step);
			const open = commands === 0 && solvedAt === undefined;
			return open ? change(timed, event.step, {prediction: event.choice}) : timed;
		}
		case 'ended':
		case 'changes':
			return timed;
		case 'ran':
			return change(timed, event.step, {commands: progressOf(timed, event.step).commands + 1});
		case 'hint': {
			const {hints} = progressOf(timed, event.step);
			return hints.includes(event.hint) ? timed : change(timed, event.step, {hints: [...hints, event.hint]});
		}
		case 'solve':
			return progressOf(timed, event.step).solvedAt !== undefined
				? timed
				: change(timed, event.step, {solvedAt: event.at, solvedWith: event.snapshot});
		case 'helped':
			return change(timed, event.step, {helped: event.how});
		case 'reset': {
			const steps = {...timed.steps, [event.step]: {...untouched, requestsBefore: timed.requests}};
			return {...timed, steps, finished: false};
		}
		case 'redo': {
			const again = {solvedAt: undefined, solvedWith: undefined, remembered: undefined, commands: 0};
			return change({...timed, finished: false}, event.step, {...again, requestsBefore: timed.requests});
		}
		case 'finish':
			return {...timed, finished: true};
	}
}

/** Folds a journal. */
export function fold(events: Iterable<RunEvent>): RunState {
	let state = initialState;
	for (const event of events) state = reduce(state, event);
	return state;
}

function change(state: RunState, step: string, part: Partial<StepProgress>): RunState {
	return {...state, steps: {...state.steps, [step]: {...progressOf(state, step), ...part}}};
}

/** Counts the time since the session's previous event. A session that was killed ends with its last event. */
function spend(state: RunState, event: RunEvent): RunState {
	const elapsed = event.type === 'open' || state.lastAt === undefined ? 0 : Math.max(0, event.at - state.lastAt);
	const timed = {...state, lastAt: event.at, spent: state.spent + elapsed};
	if (elapsed === 0 || timed.current === undefined) return timed;
	const progress = progressOf(timed, timed.current);
	return progress.solvedAt === undefined ? change(timed, timed.current, {spent: progress.spent + elapsed}) : timed;
}
