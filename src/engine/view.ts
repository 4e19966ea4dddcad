import type {RequestFailure} from '../observe/request-counts.ts';
import type {ObserveStatus, Snapshot, TimelineEntry} from '../observe/snapshot.ts';
import type {Help} from './run-state.ts';
import type {RunSummary} from './summary.ts';

/**
 * How a check stands. `waiting`: not true yet; `passed`: true now; `broken`: its step was solved, but its state has
 * been undone since.
 */
type CheckState = 'waiting' | 'passed' | 'broken';

export type CheckView = {
	id: string;
	state: CheckState;
	/** What it wants, in the learner's language. */
	text: string;
	/** While it waits: what is missing, with observed values. */
	waiting?: string;
};

export type PredictionView = {
	question: string;
	choices: {id: string; text: string}[];
	/** It may still be answered, or answered differently: no command has run in the step yet. */
	open: boolean;
	chosen?: string;
	/** Known once the step is solved. */
	right?: boolean;
	answer?: string;
};

export type StepView = {
	id: string;
	title: string;
	/** Markdown. */
	story: string;
	/** Markdown shown once the step is solved. */
	explanation?: string;
	/** The step's own commands, with `${…}` filled in from the cluster; those of a drill only once it is solved. */
	commands: string[];
	/** The step only looks: its checks hold from the start, and `next` (or any command) tells that one has looked. */
	looking: boolean;
	solved: boolean;
	prediction?: PredictionView;
	checks: CheckView[];
	/** The hints shown so far, the state's own first; before them, unasked, what is not as it should be. */
	hints: string[];
	/** There are more hints to ask for. */
	moreHints: boolean;
};

/** The requests to a lesson's Service in the present step: who asked, who answered, and what failed. */
export type RequestsPart = {
	service: string;
	/** How many requests a second the lab sends now; 0 for none. */
	perSecond: number;
	total: number;
	failed: number;
	/** Who asked, by name ('' without one), in the order of their first request. */
	clients: string[];
	/** Who answered, as `10.244.1.2:80` ('' where the cluster cannot tell), sorted; one count for each client. */
	answers: {address: string; counts: number[]}[];
	/** Why requests failed, with what was said the last time. */
	failures: {failure: RequestFailure; detail: string; count: number}[];
	/** The last ones, oldest first: who answered each, or why it failed. */
	recent: {address: string; client: string; failure?: RequestFailure}[];
};

/** Everything a screen or a plain listener shows of a lesson run. Immutable: a new one is a new moment. */
export type RunView = {
	lesson: {id: string; title: string};
	language: string;
	/** `SIMULATED v1.36`, `kind v1.36`, … and whether the cluster is simulated. */
	cluster: {title: string; simulated: boolean};
	/** The time at which the run would have started if the lab had been open ever since; `now - startedAt` is time spent. */
	startedAt: number;
	stepIndex: number;
	/** Every step's id, title, whether it is solved, and whether the lab did it, in order. */
	steps: {id: string; title: string; solved: boolean; helped?: Help}[];
	step: StepView;
	/** All steps are solved and the learner has gone past the last one. */
	finished: boolean;
	/** How it all went, once it is finished. */
	summary?: RunSummary;
	/** Of the predictions in solved steps: how many were made, and how many came true. */
	predictions: {right: number; answered: number};
	/** A drill is not solved yet: the lab shows what there is, and must not say why. */
	secret: boolean;
	/** What the panes watch. */
	watch: {pods: string; services: string[]};
	observe: ObserveStatus;
	now: Snapshot;
	/** The snapshot the step remembered, for before | now. */
	before?: Snapshot;
	/** Absent when the lesson counts no requests. */
	requests?: RequestsPart;
	/** Oldest first, at most a few hundred. */
	timeline: TimelineEntry[];
};

/** What a screen may do to a run. */
export type RunActions = {
	predict(choice: string): void;
	/**
	 * Goes to the next step, or past the last one. In a looking step that holds, the first `next` only solves it, so that
	 * its explanation is read. Otherwise it does nothing while the step is unsolved.
	 */
	next(): void;
	back(): void;
	/** Shows one more hint. */
	hint(): void;
	/** Tells the timeline that a command begins to run. */
	ran(command: string): void;
	/** Notes that the lab runs the present step's commands for the learner. */
	helped(how: Help): void;
};
