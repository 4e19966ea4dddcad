import {createInterface} from 'node:readline';
import type {LineRunner} from '../clusters/line-runner.ts';
import type {RunView} from '../engine/view.ts';
import type {LessonCard} from '../lesson/lesson-card.ts';
import {realTime} from '../observe/time.ts';
import {whyPod, whySentence} from '../observe/why.ts';
import {addressSentence, whyAddress} from '../observe/why-address.ts';
import {type PlainOutcome, plainLab} from '../plain/plain-lab.ts';
import type {Text} from '../text/text.ts';
import {wantsTerminal} from '../tui/terminal-commands.ts';
import {unicodeSymbols} from '../tui/theme.ts';
import {textOf} from '../tui/view/line.ts';
import {markdownLines} from '../tui/view/markdown.ts';
import {tableRows} from '../tui/view/table-pane.ts';
import type {Context} from './context.ts';
import type {LessonSession} from './lesson-session.ts';

/** Where a plain lab reads lines and says them: a terminal whose cursor is never moved, or a pipe. */
export type PlainTerminal = {
	lines: AsyncIterable<string>;
	say(line: string): void;
	prompt: {ask(): void; echo: boolean};
	/** Reads nothing while the callback runs, so that a program can. */
	lend<T>(use: () => Promise<T>): Promise<T>;
	close(): void;
};

/** Opens standard input and output for a plain lab. */
export function openPlainTerminal({print, signal}: Context): PlainTerminal {
	const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
	const reader = createInterface({input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY, terminal: false});
	// From the start on, so that no line is lost which arrives before it is asked for.
	const lines = reader[Symbol.asyncIterator]();
	const close = () => reader.close();
	signal.addEventListener('abort', close, {once: true});
	let asking = false;
	const ask = () => {
		if (isTerminal) process.stdout.write('$ ');
		asking = isTerminal;
	};
	return {
		lines: {
			async *[Symbol.asyncIterator]() {
				for (;;) {
					const {value, done} = await lines.next();
					asking = false;
					if (done) return;
					yield value;
				}
			},
		},
		say(line) {
			// What happens while the learner is being asked gets a line of its own, and the question is asked again.
			const interrupted = asking;
			if (interrupted) process.stdout.write('\n');
			print(line);
			if (interrupted) ask();
		},
		prompt: {ask, echo: !isTerminal},
		async lend(use) {
			reader.pause();
			try {
				return await use();
			} finally {
				reader.resume();
			}
		},
		close() {
			signal.removeEventListener('abort', close);
			close();
			// A file, /dev/null among them, has nothing that would keep the process going.
			if ('unref' in process.stdin) process.stdin.unref();
		},
	};
}

/** Lets the learner choose a lesson by its number or name; undefined at the end of the input. */
export async function pickPlainly(
	lessons: readonly LessonCard[],
	{lines, say, prompt}: PlainTerminal,
	{text, language}: Context,
): Promise<string | undefined> {
	const words = text.plain.lab;
	lessons.forEach((lesson, index) => {
		say(`${index + 1}  ${lesson.text[language].title} (${lesson.id}, ${text.cli.list.minutes(lesson.minutes)})`);
	});
	say(words.choose(lessons.length));
	prompt.ask();
	for await (const line of lines) {
		const name = line.trim();
		const lesson = lessons.find(({id}, index) => id === name || String(index + 1) === name);
		if (lesson) return lesson.id;
		if (name === 'quit' || name === 'exit') return undefined;
		say(words.choose(lessons.length));
		prompt.ask();
	}
	return undefined;
}

/** Runs a lesson's session line by line until the learner leaves, or wants to begin again. */
export async function runPlain(
	{run, runner, clock}: LessonSession,
	terminal: PlainTerminal,
	{remember, signal}: {remember(line: string): void; signal: AbortSignal},
	context: Context,
): Promise<PlainOutcome> {
	const {text} = context;
	const {lines, say, prompt} = terminal;
	return await plainLab({
		run,
		runner: interruptible(runner, terminal, context),
		text,
		prose: markdown => markdownLines(markdown, Number.POSITIVE_INFINITY, unicodeSymbols).map(textOf),
		lines,
		say,
		prompt,
		wantsTerminal: line => !prompt.echo && wantsTerminal(line),
		why: (subject, service, view) => why(subject, service, view, text),
		table: view => tableRows(view, (clock ?? realTime).now(), '', text).map(({line}) => textOf(line).trim()),
		clock,
		remember,
		time: realTime,
		signal,
	});
}

/** While a command runs, Ctrl-C is the command's; while it has the terminal, so is what is typed. */
function interruptible(
	runner: LineRunner,
	{lend}: PlainTerminal,
	{holdInterrupt}: Context,
): Pick<LineRunner, 'run' | 'runInTerminal'> {
	return {
		async run(line, options) {
			const release = holdInterrupt();
			process.on('SIGINT', runner.interrupt);
			try {
				return await runner.run(line, options);
			} finally {
				process.off('SIGINT', runner.interrupt);
				release();
			}
		},
		runInTerminal: line => lend(() => runner.runInTerminal(line)),
	};
}

/** Why a Pod, by its name, or else an address is an endpoint or not; undefined when there is neither. */
function why(subject: string, service: string, {now, secret}: RunView, text: Text): string | undefined {
	if (secret) return text.engine.secret;
	const named = <T extends {name: string}>(list: T[], name: string) => list.find(one => one.name === name);
	const pod = named(now.pods, subject);
	if (pod) return whySentence(pod, whyPod(pod, named(now.services, service), named(now.endpoints, service)), text);
	const known = [...now.endpoints, ...now.slices].some(({addresses}) => addresses.some(({ip}) => ip === subject));
	return known ? addressSentence(subject, service, whyAddress(subject, service, now), text) : undefined;
}
