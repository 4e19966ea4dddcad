import type {Capability} from '../clusters/cluster.ts';
import type {DrillsFile} from './drill.ts';

/** lesson.yaml once it fits the schema. */
export type LessonFile = {
	minutes: number;
	images?: string[];
	manifests?: string[];
	needs?: Capability[];
	watch: {pods: string; services: string[]};
	requests?: {service: string; perSecond?: number};
	cleanup: (string | {run: string; needs: Capability[]})[];
	steps: StepFile[];
	drills?: Omit<DrillsFile, 'kinds'> & {step: string; manifest: string; kinds: KindFile[]};
};

export type CommandFile = string | {run: string; fails?: true; needs?: Capability[]};

type WrongFile = {name: string; commands: CommandFile[]; until: string; fails: string[]; hint?: string};

/** A step; one with drills has no commands and no answer of its own. */
export type StepFile = {
	id: string;
	needs?: Capability[];
	trickle?: boolean;
	remember?: string;
	predict?: {choices: string[]; answer?: string};
	commands?: CommandFile[];
	checks: {id: string; expr: string; steady?: boolean; needs?: Capability[]}[];
	hints?: {id: string; when?: string; unasked?: true}[];
	wrong?: WrongFile[];
};

/** A kind of drill: what completes the step with drills when it is drawn. */
type KindFile = DrillsFile['kinds'][number] &
	Pick<StepFile, 'hints' | 'wrong'> & {manifest: string; answer?: string; commands: CommandFile[]};
