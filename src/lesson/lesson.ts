import type {Capability} from '../clusters/cluster.ts';
import type {Language} from '../text/text.ts';
import type {Drill} from './drill.ts';
import type {Condition, Place} from './expressions.ts';
import type {Quote} from './quotes.ts';
import type {Template} from './template.ts';

/**
 * A command of a lesson. `fails`: it is meant to end with an exit code other than 0. `needs`: it is left out where the cluster
 * lacks one of these.
 */
export type Command = {line: Template; fails: boolean; needs?: readonly Capability[]};

/** One condition on the cluster's state that a step waits for. */
export type Check = {
	id: string;
	/** The CEL expression as its author wrote it. */
	expr: string;
	/**
	 * True already when the step begins: what the step looks at, not what it changes. Every other check is false
	 * until the step's commands make it true.
	 */
	steady: boolean;
	/** It is left out where the cluster lacks one of these. */
	needs?: readonly Capability[];
	condition: Condition;
};

/**
 * One hint. With a condition it belongs to a state of the cluster, without one to the tiers shown in order. `unasked`: it is
 * shown as soon as its state is there.
 */
export type Hint = {id: string; when?: Condition; unasked?: boolean};

/** A mistake that a learner could make, kept as a fixture: the step must not count as solved by it. */
export type WrongAnswer = {
	name: string;
	commands: Command[];
	/** True once the mistake has had its effect; only then are the checks looked at. */
	until: Condition;
	/** The checks that must be false then. */
	fails: string[];
	/** The hint that the learner is given then, before all others. */
	hint?: string;
};

/** One step of a lesson, without its words. */
export type Step = {
	id: string;
	/** It is left out where the cluster lacks one of these. */
	needs?: readonly Capability[];
	/** The lab sends requests by itself while the learner is in the step. */
	trickle: boolean;
	/** The name under which expressions reach the snapshot taken when the step begins. */
	remember?: string;
	predict?: {choices: string[]; answer: string};
	/** The drawn drill completes it. Its checks are the same for all drills, so in some of them a part is true from the start. */
	drill?: boolean;
	commands: Command[];
	checks: Check[];
	hints: Hint[];
	wrong: WrongAnswer[];
};

/** A step's words in one language. Templates hold Markdown, or one plain sentence in checks. */
export type StepText = {
	title: string;
	story: Template;
	question?: Template;
	choices: Record<string, Template>;
	checks: Record<string, {text: Template; waiting: Template}>;
	hints: Record<string, Template>;
	/** Shown once the step is solved. */
	afterwards?: Template;
	/** What its Markdown says that commands print. */
	quotes: Quote[];
};

/** A lesson's words in one language. */
export type LessonText = {
	title: string;
	/** Markdown: what the lesson is about, for the picker. */
	introduction: string;
	steps: Record<string, StepText>;
};

/** A lesson, loaded and checked: every expression compiled, every language complete. */
export type Lesson = {
	/** The folder's name without its number: `endpoints` for `03-endpoints`. */
	id: string;
	folder: string;
	/** How it is named on the command line, where that is not its id: a lesson from elsewhere, by its folder. */
	argument?: string;
	/** How long a learner needs, roughly. */
	minutes: number;
	/** Container images that its Pods use. */
	images: string[];
	/** Files of the folder that the learner's working folder gets. */
	manifests: string[];
	/** Files of the folder that its manifests are made of: themselves, and those of all kinds of drill. */
	sources: string[];
	/** What a seed has decided, in a lesson with drills. */
	drill?: Drill & {
		/** What the learner's files hold, by name. */
		files: Record<string, string>;
		/** The ids of all kinds of drill that the lesson has. */
		kinds: string[];
	};
	/** What it needs of a cluster beyond the API and the network. */
	needs: Capability[];
	watch: {pods: string; services: string[]};
	/** The Service whose requests are counted and shown; `perSecond` is the rate of the steps with a trickle. */
	requests?: {service: string; perSecond?: number};
	/** Commands that remove all it made. */
	cleanup: string[];
	/** What each of those needs, in the same order; one that needs what the cluster lacks is left out. */
	cleanupNeeds?: (readonly Capability[])[];
	steps: Step[];
	text: Record<Language, LessonText>;
	/** The cluster that it has been adapted to; without it every capability counts as there. */
	place?: Place;
};
