import {join} from 'node:path';
import type {Cluster} from '../clusters/cluster.ts';
import {isGatewayPod} from '../clusters/gateway-config.ts';
import type {LineRunner} from '../clusters/line-runner.ts';
import {completeCommands} from '../engine/complete-commands.ts';
import {allHold, firstHint, isLooking} from '../engine/judge.ts';
import {paceOf} from '../engine/pace.ts';
import {endedAsExpected} from '../engine/solve-steps.ts';
import {trickleOf} from '../engine/trickle.ts';
import {until} from '../engine/until.ts';
import {compareOutput} from '../lesson/compare-output.ts';
import type {Moments} from '../lesson/expressions.ts';
import type {Check, Command, Lesson, Step, WrongAnswer} from '../lesson/lesson.ts';
import {problemLine} from '../lesson/problem.ts';
import {commandText} from '../lesson/quotes.ts';
import {connectKube} from '../observe/kube-connection.ts';
import {observeCluster} from '../observe/observe-cluster.ts';
import type {RequestsView} from '../observe/request-counts.ts';
import type {RequestRecorder} from '../observe/request-recorder.ts';
import type {Snapshot} from '../observe/snapshot.ts';
import {pause, type Time} from '../observe/time.ts';
import {withRequests} from '../observe/with-requests.ts';
import {languages, type Text} from '../text/text.ts';
import {createExecute} from './execute.ts';
import {inventory} from './inventory.ts';
import type {ProofEvent, ProofProblem} from './proof-event.ts';

export type TestOptions = {
	lesson: Lesson;
	/** The id of the only step to prove; those before it are done, and those after it are not looked at. */
	step?: string | undefined;
	/** A cluster that nobody else uses meanwhile. */
	cluster: Pick<Cluster, 'title' | 'simulated' | 'kubeconfig' | 'namespace'>;
	/** What counts and sends the lesson's requests; the runner's go through it. */
	requests?: RequestRecorder;
	text: Text;
	/** Runs in the folder with the lesson's manifests and the cluster's environment. */
	runner: Pick<LineRunner, 'run' | 'interrupt'>;
	time: Time;
	signal: AbortSignal;
	/** How long the checks after a step's commands, a mistake's effect or the clean-up may take, ms. */
	limitMs?: number;
	/** How long one command may take, ms. */
	commandLimitMs?: number;
	emit(event: ProofEvent): void;
};

/** Ends a lesson's proof: what comes after would only repeat the same failure. */
class Unprovable extends Error {}

/**
 * Proves a lesson, or one step of it, both ways on a cluster. Answers whether it holds:
 *
 * 1. In the namespace as it is found, no steady check holds (else it would say nothing).
 * 2. Before a step's commands every steady check holds and every other one does not; this is also how the next step's
 *    checks are shown not to hold after the step before. Of a step with drills, whose checks serve all drills, some may hold.
 * 3. The commands end as the lesson says, print what its Markdown quotes of them, and after them all checks of the step hold
 *    together.
 * 4. Each wrong answer, made where the step's commands belong, has its effect, and then the checks it names do not hold, and
 *    the hint that it names is the first to be given.
 * 5. After the clean-up the namespace holds what it held before the lesson, and nothing else.
 */
export async function testLesson(options: TestOptions): Promise<boolean> {
	const {lesson, cluster, text, runner, time, signal, emit} = options;
	const pace = paceOf(cluster, lesson, {time, signal});
	const {limitMs = pace.limitMs, commandLimitMs = pace.limitMs} = options;
	const {requests} = options;
	const only = lesson.steps.find(({id}) => id === options.step);
	const steps = only ? [only] : lesson.steps;
	const id = lesson.drill ? `${lesson.id} --seed ${lesson.drill.seed}` : lesson.id;
	const observer = withRequests(observeCluster({cluster, text, time, signal}), requests, time);
	const connection = connectKube(cluster.kubeconfig);
	let problems = 0;
	let output: string[] = [];
	/** What the commands of the step printed, by their texts as the lesson has them. */
	let printed = new Map<string, string[]>();
	const execute = createExecute(runner, line => output.push(line), {time, limitMs: commandLimitMs, pace});
	const wait = (condition: () => boolean) => until(observer, condition, {time, limitMs, signal});

	const problem = (problem: ProofProblem, detail: string, at: {step?: Step; check?: Check} = {}) => {
		if (signal.aborted) return;
		problems++;
		const {step, check} = at;
		emit({event: 'problem', lesson: id, step: step?.id, check: check?.id, problem, detail});
	};
	const unprovable = (why: ProofProblem, detail: string, at: {step?: Step; check?: Check} = {}): never => {
		problem(why, detail, at);
		throw new Unprovable();
	};

	/** What earlier steps remembered; a step's own is taken when it begins, as in a run. */
	let remembered: Record<string, Snapshot> = {};
	/** What had been requested when the step began. */
	let requestsBefore: RequestsView | undefined;
	const moments = (): Moments => ({now: observer.snapshot(), remembered, requestsBefore, place: lesson.place});
	const begin = (step: Step) => {
		requestsBefore = requests?.requests();
		requests?.trickle(trickleOf(lesson, step));
		if (step.remember) remembered = {...remembered, [step.remember]: observer.snapshot()};
	};

	/** Runs commands; `strict` demands that each ends as the lesson says. */
	const runAll = async (commands: readonly Command[], step: Step, strict: boolean) => {
		await wait(() => completeCommands(commands, moments()) !== undefined);
		const complete = completeCommands(commands, moments());
		if (!complete) return unprovable('commands-incomplete', commands.map(({line}) => line.source).join('; '), {step});
		printed = new Map();
		for (const [index, {line, fails}] of complete.entries()) {
			output = [];
			printed.set(commandText(commands[index]!.line.source), output);
			const ended = await execute(line);
			if (signal.aborted) throw new Unprovable();
			if (strict && !endedAsExpected(ended, fails)) {
				unprovable('command-failed', [`${line} (${ended.code})`, ...output.slice(-5)].join('\n'), {step});
			}
		}
	};

	const solve = async (step: Step) => {
		await runAll(step.commands, step, true);
		if (await wait(() => allHold(step, moments()))) return;
		for (const check of step.checks) {
			if (!check.condition(moments())) problem('not-achieved', check.expr, {step, check});
		}
		throw new Unprovable();
	};

	/** Compares what the lesson says that a step's commands print with what they have just printed. */
	const proveQuotes = (step: Step) => {
		for (const language of languages) {
			for (const {command, output: quoted, line} of lesson.text[language].steps[step.id]?.quotes ?? []) {
				const found = printed.get(commandText(command));
				const diff = found && compareOutput(quoted.fill(moments()), found.join('\n'));
				if (!diff) continue;
				const file = join(lesson.folder, `${language}.md`);
				problem('quote-differs', [problemLine({file, line, column: 1, message: command}), ...diff].join('\n'), {step});
			}
		}
	};

	const proveBefore = async (step: Step) => {
		const steady = step.checks.filter(check => check.steady);
		await pace.beforeStep();
		await wait(() => steady.every(check => check.condition(moments())));
		begin(step);
		let held = true;
		const begins = moments();
		const partly = step.drill && !allHold(step, begins);
		for (const check of step.checks) {
			if (check.condition(begins) === check.steady || (partly && !check.steady)) continue;
			held = false;
			problem(check.steady ? 'not-steady' : 'holds-too-early', check.expr, {step, check});
		}
		if (held) emit({event: 'proved', lesson: id, step: step.id, what: 'before'});
	};

	/** Does the steps before one without proving them. */
	const reach = async (step: Step) => {
		for (const earlier of lesson.steps.slice(0, lesson.steps.indexOf(step))) {
			begin(earlier);
			if (!isLooking(earlier)) await solve(earlier);
			await pace.beforeStep();
		}
	};

	/** Waits until the watches show what there is: a command may end before they have told of what it did. */
	const catchUp = async () => {
		const deadline = time.now() + limitMs;
		for (;;) {
			const present = await inventory(connection, cluster.namespace, signal);
			const shown = new Set(observed(observer.snapshot()));
			const missed = [...present].some(object => isWatched(object) && !shown.has(object));
			if ((!missed && [...shown].every(object => present.has(object))) || time.now() >= deadline) return;
			await pause(time, 50, signal);
		}
	};

	const proveWrongAnswer = async (wrong: WrongAnswer, step: Step) => {
		remembered = {};
		await reach(step);
		await wait(() => step.checks.every(check => !check.steady || check.condition(moments())));
		begin(step);
		await runAll(wrong.commands, step, false);
		if (!(await wait(() => wrong.until(moments())))) {
			problem('wrong-without-effect', [wrong.name, ...output.slice(-5)].join('\n'), {step});
			return;
		}
		await catchUp();
		const at = moments();
		const passing = step.checks.filter(check => wrong.fails.includes(check.id) && check.condition(at));
		for (const check of passing) problem('wrong-passes', wrong.name, {step, check});
		const hinted = wrong.hint === undefined || (await wait(() => firstHint(step, moments())?.id === wrong.hint));
		if (!hinted) {
			const found = firstHint(step, moments())?.id ?? '-';
			problem('wrong-hint', `${wrong.name}\n- ${wrong.hint}\n+ ${found}`, {step});
		}
		if (allHold(step, at)) problem('wrong-solves', wrong.name, {step});
		else if (passing.length === 0 && hinted) {
			emit({event: 'proved', lesson: id, step: step.id, what: 'wrong-answer', name: wrong.name});
		}
	};

	const cleanUp = async (found: Set<string>) => {
		requests?.trickle(undefined);
		for (const line of lesson.cleanup) {
			output = [];
			const ended = await execute(line);
			const {code} = ended;
			if (!endedAsExpected(ended, false))
				problem('command-failed', [`${line} (${code})`, ...output.slice(-5)].join('\n'));
		}
		const deadline = time.now() + limitMs;
		for (;;) {
			const present = await inventory(connection, cluster.namespace, signal);
			const left = [...present].filter(object => !found.has(object));
			// The watches must have seen it too, or the next proof would begin with what is no longer there.
			if (left.length === 0 && observed(observer.snapshot()).every(object => found.has(object))) return true;
			if (time.now() >= deadline || signal.aborted) {
				problem('left-behind', left.join(', '));
				return false;
			}
			await pause(time, 100, signal);
		}
	};

	emit({event: 'lesson', lesson: id, cluster: cluster.title, ...(lesson.drill && {drill: lesson.drill.kind})});
	try {
		if (!(await wait(() => observer.status().state === 'live'))) {
			unprovable('not-at-start', observer.status().error ?? cluster.title);
		}
		const found = await inventory(connection, cluster.namespace, signal);
		for (const step of lesson.steps) {
			for (const check of step.checks) {
				if (check.steady && check.condition(moments())) problem('steady-at-start', check.expr, {step, check});
			}
		}
		await guarded(async () => {
			if (only) await reach(only);
			for (const step of steps) {
				await proveBefore(step);
				await solve(step);
				proveQuotes(step);
				emit({event: 'proved', lesson: id, step: step.id, what: 'after'});
			}
		});
		const wrongs = steps.flatMap(step => step.wrong.map(wrong => ({wrong, step})));
		let clean = await cleanUp(found);
		// What a failed lesson or clean-up has left would spoil every proof after it.
		for (const {wrong, step} of problems === 0 ? wrongs : []) {
			await guarded(() => proveWrongAnswer(wrong, step));
			clean = await cleanUp(found);
			if (!clean) break;
		}
		if (clean) emit({event: 'proved', lesson: id, what: 'clean-up'});
	} catch (error) {
		if (!(error instanceof Unprovable) && !signal.aborted) throw error;
	} finally {
		await observer.close();
	}
	const passed = problems === 0 && !signal.aborted;
	emit({event: 'verdict', lesson: id, passed, problems});
	return passed;
}

/** Runs one part of a proof; its end by Unprovable has been told already. */
async function guarded(part: () => Promise<void>): Promise<void> {
	try {
		await part();
	} catch (error) {
		if (!(error instanceof Unprovable)) throw error;
	}
}

/** The resources that the watches show, as an inventory names them. */
const watched = {
	pods: 'pods',
	services: 'services',
	endpoints: 'endpoints',
	slices: 'endpointslices.discovery.k8s.io',
	deployments: 'deployments.apps',
} as const satisfies Partial<Record<keyof Snapshot, string>>;

const isWatched = (object: string) => Object.values(watched).some(resource => object.startsWith(`${resource}/`));

/** What the watches show of a namespace, named as in its inventory. */
function observed(snapshot: Snapshot): string[] {
	return Object.entries(watched).flatMap(([list, resource]) =>
		snapshot[list as keyof typeof watched]
			.filter(({name}) => resource !== 'pods' || !isGatewayPod(name))
			.map(({name}) => `${resource}/${name}`),
	);
}
