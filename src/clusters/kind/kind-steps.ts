/** What has to be done until a kind cluster can be used, in this order; the middle ones are kind's own. */
export const kindSteps = [
	'pull',
	'image',
	'nodes',
	'configuration',
	'control-plane',
	'network',
	'storage',
	'workers',
	'ready',
	'lesson-images',
	'gateway',
] as const;

export type KindStep = (typeof kindSteps)[number];

/**
 * Seconds that each step took on a real cluster of three nodes with its image present, on two cores. The last two go on
 * beside the wait for the nodes, and seldom take longer.
 */
const seconds: Record<KindStep, number> = {
	pull: 60,
	image: 0.2,
	nodes: 5,
	configuration: 1.2,
	'control-plane': 10,
	network: 1.1,
	storage: 0.6,
	workers: 7,
	ready: 11,
	'lesson-images': 1,
	gateway: 1,
};

/** The beginnings of kind's lines. What follows them, the emoji too, has changed between its versions. */
const titles: [string, KindStep][] = [
	['Ensuring node image', 'image'],
	['Preparing nodes', 'nodes'],
	['Configuring the external load balancer', 'configuration'],
	['Writing configuration', 'configuration'],
	['Starting control-plane', 'control-plane'],
	['Installing CNI', 'network'],
	['Installing StorageClass', 'storage'],
	['Joining', 'workers'],
];

/** What a line of `kind create` tells of its steps; undefined for any other line, warnings with a bullet among them. */
export function readKindLine(line: string): {step: KindStep; mark: 'begun' | 'done' | 'failed'} | undefined {
	const [, bullet, title = ''] = /^ ([•✓✗]) (.*?)(?:\s+\.\.\.)?\s*$/u.exec(line) ?? [];
	const step = titles.find(([start]) => title.startsWith(start))?.[1];
	if (!bullet || !step) return undefined;
	return {step, mark: bullet === '•' ? 'begun' : bullet === '✓' ? 'done' : 'failed'};
}

/** The step that was under way when `kind create` ended, by all that it wrote; undefined when it was between two or had failed. */
export function stepUnderWay(log: string): KindStep | undefined {
	const told = log.split('\n').flatMap(line => readKindLine(line) ?? []);
	const last = told.at(-1);
	return last?.mark === 'begun' ? last.step : undefined;
}

/** How far a start has come. `left` is in ms and undefined where nothing tells how long it will take. */
export type KindProgress = {
	step: KindStep;
	/** From 1. */
	number: number;
	of: number;
	/** From 0 to 1. */
	fraction: number;
	left: number | undefined;
	/** How much of an image has been fetched. */
	/** What is waited for. */
	waiting?: string;
	images?: {image: string; done: number; total: number; unit: 'bytes' | 'layers' | 'images'};
};

/** Reckons a start's progress from the steps that it will take; times are in ms. */
export type KindEstimate = {
	begin(step: KindStep, now: number): void;
	/** Of the step that was begun last; `share` is how much of it is done, where that is known. */
	at(now: number, share?: number): KindProgress;
};

/**
 * Estimates by what the steps took elsewhere, corrected by how fast this machine has been so far. The measured times count
 * like ten seconds of its own experience, so that one quick step promises nothing.
 */
export function estimateStart(steps: readonly KindStep[]): KindEstimate {
	const weight = (step: KindStep) => seconds[step] * 1000;
	const total = steps.reduce((sum, step) => sum + weight(step), 0);
	let current = 0;
	let stepBegan: number | undefined;
	let spent = 0;
	let expected = 0;
	return {
		begin(step, now) {
			const index = steps.indexOf(step);
			if (index === -1) return;
			// A pull depends on the network, and tells nothing of how fast the machine is.
			if (stepBegan !== undefined && steps[current] !== 'pull') {
				spent += now - stepBegan;
				expected += weight(steps[current]!);
			}
			current = index;
			stepBegan = now;
		},
		at(now, share) {
			const step = steps[current]!;
			const pace = (spent + 10_000) / (expected + 10_000);
			const inStep = now - (stepBegan ?? now);
			const typical = weight(step) * pace;
			// A step that takes longer than it should is shown as nearly done.
			const part = share ?? Math.min(inStep / typical, 0.95);
			const before = steps.slice(0, current).reduce((sum, each) => sum + weight(each), 0);
			const after = steps.slice(current + 1).reduce((sum, each) => sum + weight(each), 0);
			const ofThis =
				step !== 'pull'
					? Math.max(typical - inStep, 0)
					: share && share > 0.02
						? (inStep / share) * (1 - share)
						: undefined;
			return {
				step,
				number: current + 1,
				of: steps.length,
				fraction: (before + weight(step) * part) / total,
				left: ofThis === undefined ? undefined : ofThis + after * pace,
			};
		},
	};
}
