import {stripVTControlCharacters} from 'node:util';
import type {ClusterClock, FollowedClock} from '../clusters/cluster.ts';
import type {LineRunner} from '../clusters/line-runner.ts';
import {faster, slower, speedLabel} from '../clusters/speed.ts';
import type {Run} from '../engine/open-run.ts';
import {showStep} from '../engine/show-step.ts';
import {until} from '../engine/until.ts';
import type {RunView} from '../engine/view.ts';
import {pause, type Time} from '../observe/time.ts';
import type {Text} from '../text/text.ts';
import {createLineSplitter} from './line-splitter.ts';
import {changeLines, checkLines, clusterLines, historyLines, sliceLines, stepLines, type Voice} from './spoken.ts';

export type PlainLabOptions = {
	run: Run;
	runner: Pick<LineRunner, 'run' | 'runInTerminal'>;
	text: Text;
	/** Markdown as lines without its marks. */
	prose(markdown: string): string[];
	/** The learner's lines, until the end of the input. */
	lines: AsyncIterable<string>;
	/** One line to the learner. */
	say(line: string): void;
	/** Asks for the next line. `echo` says whether what is read has to be shown, since no terminal has shown it. */
	prompt: {ask(): void; echo: boolean};
	/** Whether a command line has to have the terminal; never where there is none. */
	wantsTerminal(line: string): boolean;
	/** Says in a sentence why a Pod (its name), or an address, is or is not an endpoint of the Service. */
	why(subject: string, service: string, view: RunView): string | undefined;
	/** What `kubectl get` prints of all that the lesson watches, now. */
	table(view: RunView): string[];
	/** The cluster's time, where it can be held. */
	clock?: (FollowedClock & Pick<ClusterClock, 'setSpeed' | 'step'>) | undefined;
	remember(line: string): void;
	time: Time;
	signal: AbortSignal;
};

/** How long a step may take after the lab has done it, or while the learner waits for it, ms. */
const waitLimitMs = 60_000;
/** How long the cluster has to be left alone until it is said what is still missing, ms. */
const settledMs = 2_000;

/** How the learner left: for good, or to begin a step (by its index) or the lesson again. */
export type PlainOutcome = {reason: 'quit' | 'restart'} | {reason: 'reset'; step: number};

/**
 * The lab line by line: the same run as on the screen, for screen readers and pipes. Lines go to the shell, but for the
 * lab's own words. Settles when the learner leaves, wants to begin again, or the input ends.
 */
export async function plainLab(options: PlainLabOptions): Promise<PlainOutcome> {
	const {run, runner, text, lines, say, prompt, wantsTerminal, clock, time, signal} = options;
	const words = text.plain.lab;
	const voice: Voice = {text, prose: options.prose};
	const tell = (told: readonly string[]) => {
		for (const line of told) say(line);
	};
	/** Lines that have been run in the present step. */
	let ran = new Set<string>();
	let left: PlainOutcome | undefined;
	/** What a `y` on the next line begins again. */
	let asked: PlainOutcome | undefined;
	let missingTold = '';

	await until(run, () => run.view().observe.state !== 'listing', {time, limitMs: waitLimitMs, signal});
	if (signal.aborted) return {reason: 'quit'};
	let known = run.view();
	tell([text.plain.lesson(known.lesson.title, known.cluster.title), words.intro, ...stepLines(known, voice)]);
	let running = false;
	const tellChanges = () => {
		// A step that only looks is done when its command begins; what there is to say about it comes after the output.
		if (running && run.view().step.looking) return;
		const before = known;
		known = run.view();
		if (before.step.id !== known.step.id) ran = new Set();
		tell(changeLines(before, known, voice));
	};
	const unsubscribe = run.subscribe(tellChanges);

	/** Once nothing has happened for a while, what is missing, unless that has been said. */
	let settling = new AbortController();
	const settle = () => {
		settling.abort();
		settling = new AbortController();
		const ended = AbortSignal.any([settling.signal, signal]);
		void pause(time, settledMs, ended).then(() => {
			const {step, finished, observe} = run.view();
			if (ended.aborted || finished || step.solved || observe.state !== 'live') return;
			const missing = checkLines(
				step.checks.filter(({state}) => state !== 'passed'),
				text,
			);
			if (missing.join('\n') === missingTold) return;
			missingTold = missing.join('\n');
			tell(missing);
		});
	};

	async function execute(line: string): Promise<{code: number}> {
		running = true;
		run.actions.ran(line);
		ran.add(line);
		try {
			const output = createLineSplitter(piece => say(stripVTControlCharacters(piece)));
			const result = wantsTerminal(line)
				? await runner.runInTerminal(line)
				: await runner.run(line, {onOutput: output.push});
			output.flush();
			if (result.interrupted || result.signal === 'SIGINT') say(text.screen.interrupted);
			else if (result.code !== 0) say(text.plain.exit(result.code));
			return result;
		} catch (error) {
			say(text.screen.notStarted(error instanceof Error ? error.message : String(error)));
			return {code: 1};
		} finally {
			running = false;
			tellChanges();
		}
	}

	const solved = () => {
		const {step, finished} = run.view();
		return finished || step.solved;
	};
	const wait = () => until(run, solved, {time, limitMs: waitLimitMs, signal});

	/** The lab does the step's commands itself. */
	async function help(how: 'shown' | 'skipped'): Promise<void> {
		if (solved()) return next();
		run.actions.helped(how);
		const shown = await showStep({
			run,
			ran,
			announce: async line => say(words.doing(line)),
			execute,
			signal,
		});
		if (shown === 'commands-incomplete' || shown === 'command-failed') {
			say(text.plain.error(text.plain.stuck[shown](run.view().observe.error)));
			return;
		}
		if (how === 'skipped' && shown === 'shown' && (await wait())) next();
	}

	function next(): void {
		const {step, finished} = run.view();
		if (finished) {
			left = {reason: 'quit'};
			return;
		}
		const looked = step.looking && step.checks.every(({state}) => state === 'passed');
		if (step.solved || looked) run.actions.next();
		else tell(checkLines(step.checks, text));
	}

	function back(): void {
		const {stepIndex, finished} = run.view();
		if (stepIndex === 0 && !finished) say(text.screen.firstStep);
		else run.actions.back();
	}

	/** Past the last step there is only the whole lesson to begin again. */
	function reset(what: 'step' | 'lesson'): void {
		const {stepIndex, finished} = run.view();
		const whole = what === 'lesson' || finished;
		asked = whole ? {reason: 'restart'} : {reason: 'reset', step: stepIndex};
		say(whole ? words.restart : words.reset(stepIndex + 1));
	}

	function why(subject: string): void {
		const view = run.view();
		const sentences = view.watch.services.map(service => options.why(subject, service, view));
		tell(sentences.map(sentence => sentence ?? words.noSuchPod(subject)));
	}

	/** Paused, the pace to go on with. */
	let pace = clock?.speed() || 1;
	async function hold(what: 'pause' | 'resume' | 'step' | 'slower' | 'faster' | 'max'): Promise<void> {
		if (!clock) return;
		const now = clock.speed();
		if (now > 0) pace = now;
		const wanted = {
			pause: 0,
			resume: now > 0 ? now : pace,
			slower: slower(pace),
			faster: faster(pace),
			max: Number.POSITIVE_INFINITY,
		};
		try {
			if (what === 'step') say((await clock.step()).changed ? words.stepped : text.cli.clock.nothingHappened);
			else {
				const {speed} = await clock.setSpeed(wanted[what]);
				say(words.pace(speedLabel(speed, text.cli.clock, true)));
			}
		} catch (error) {
			say(error instanceof Error ? error.message : String(error));
		}
	}

	const verbs: Record<string, () => void | Promise<void>> = {
		next,
		back,
		hint() {
			if (run.view().step.moreHints) run.actions.hint();
			else say(text.screen.noMoreHints);
		},
		help: () => tell([...words.help, ...(clock ? [words.helpClock] : []), words.helpShell]),
		show: () => help('shown'),
		skip: () => help('skipped'),
		story: () => tell(stepLines(run.view(), voice)),
		checks: () => tell(checkLines(run.view().step.checks, text)),
		reset: () => reset('step'),
		'reset lesson': () => reset('lesson'),
		pods: () => tell(clusterLines(run.view(), text)),
		slices: () => tell(sliceLines(run.view(), text)),
		table: () => tell(options.table(run.view())),
		timeline: () => tell(historyLines(run.view(), text)),
		async wait() {
			if (!(await wait()) && !signal.aborted) tell(checkLines(run.view().step.checks, text));
		},
		quit() {
			left = {reason: 'quit'};
		},
	};
	verbs['?'] = verbs.help!;
	verbs['show me'] = verbs.show!;
	verbs['reset step'] = verbs.reset!;
	verbs.exit = verbs.quit!;
	for (const what of ['pause', 'resume', 'step', 'slower', 'faster', 'max'] as const) {
		if (clock) verbs[what] = () => hold(what);
	}

	async function handle(given: string): Promise<void> {
		const line = given.trim();
		const {prediction} = run.view().step;
		const choice = prediction?.open && /^[1-9]$/.test(line) ? prediction.choices[Number(line) - 1] : undefined;
		const subject = /^why\s+(\S+)$/.exec(line)?.[1];
		const filter = /^filter\s+(.+)$/.exec(line)?.[1];
		const again = asked;
		asked = undefined;
		if (again && /^y$/i.test(line)) left = again;
		else if (again) say(words.notReset);
		else if (line === '') next();
		else if (choice) run.actions.predict(choice.id);
		else if (subject !== undefined) why(subject);
		else if (filter !== undefined) tell(clusterLines(run.view(), text, filter));
		else if (Object.hasOwn(verbs, line)) await verbs[line]?.();
		else {
			options.remember(given);
			await execute(line);
			settle();
		}
	}

	try {
		prompt.ask();
		for await (const line of lines) {
			settling.abort();
			if (prompt.echo && line.trim()) say(`$ ${line}`);
			await handle(line);
			if (left || signal.aborted) break;
			prompt.ask();
		}
	} finally {
		settling.abort();
		unsubscribe();
	}
	return left ?? {reason: 'quit'};
}
