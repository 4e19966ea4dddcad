import {stripVTControlCharacters} from 'node:util';
import {momentsOf} from '../engine/judge.ts';
import {fold, progressOf, type RunEvent} from '../engine/run-state.ts';
import {summarize} from '../engine/summary.ts';
import type {Lesson} from '../lesson/lesson.ts';
import type {TimelineEntry} from '../observe/snapshot.ts';
import {duration, minutesAndSeconds} from '../text/duration.ts';
import {type Language, textIn} from '../text/text.ts';
import {type LoggedCommand, runLog} from './run-log.ts';

/** Where and when a run is told: its journal's events, in a language. Times are the machine's own. */
export type ExportOptions = {lesson: Lesson; events: readonly RunEvent[]; language: Language};

const nothing = {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []};

/** A run as Markdown: each step with its prediction, its checks, the commands with what they printed, and what they caused. */
export function exportRun({lesson, events, language}: ExportOptions): string {
	const text = textIn(language);
	const words = text.export;
	const state = fold(events);
	const summary = summarize(lesson, state, language);
	const log = runLog(events);
	const {right, wrong} = summary.predictions;

	const steps = lesson.steps.flatMap((step, index) => {
		const {id, title, solved, spent, hints, helped, prediction} = summary.steps[index]!;
		const {solvedAt, prediction: chosen} = progressOf(state, id);
		const commands = log.get(id) ?? [];
		const stepText = lesson.text[language].steps[id]!;
		const moments = momentsOf(lesson, state, step, progressOf(state, id).solvedWith ?? nothing);
		const facts = [
			solvedAt === undefined ? words.open : words.solved(dateOf(solvedAt, language), minutesAndSeconds(spent)),
			...(hints > 0 ? [words.hints(hints)] : []),
			...(helped ? [words.helped[helped]] : []),
		];
		// An unsolved step does not give its answer away.
		const question =
			step.predict && stepText.question && chosen !== undefined
				? [
						`**${stepText.question.fill(moments)}**`,
						list([
							words.expected(stepText.choices[chosen]?.fill(moments) ?? chosen),
							...(prediction ? [prediction.right ? words.cameTrue : words.cameSo(prediction.answer)] : []),
						]),
					]
				: [];
		return [
			`## ${index + 1}. ${title}`,
			facts.join(words.and),
			...question,
			list(step.checks.map(check => `[${solved ? 'x' : ' '}] ${stepText.checks[check.id]!.text.fill(moments)}`)),
			...commands.flatMap(command => commandBlocks(command)),
		];
	});

	function commandBlocks(logged: LoggedCommand): string[] {
		const {command, result, changes, more, at, clusterAt} = logged;
		const printed = result
			? [
					cleaned(result.output),
					...(result.left ? [words.left(result.left), cleaned(result.rest ?? '')] : []),
					...(result.code === 0 ? [] : [words.exit(result.code)]),
				]
			: [];
		const lines = [`$ ${command}`, ...printed.filter(Boolean)].join('\n');
		const fence = fenceFor(lines);
		const happened = changes.map(entry => `+${duration(entry.at - clusterAt)} ${happening(entry)}`);
		return [
			words.at(timeOf(at, language)),
			`${fence}console\n${lines}\n${fence}`,
			list([...happened, ...(more > 0 ? [words.more(more)] : [])]),
		];
	}

	function happening({what, name, detail = ''}: TimelineEntry): string {
		const sign = what === 'endpoint-in' ? '+ ' : what === 'endpoint-out' ? '− ' : '';
		return sign + text.screen.happened[what](name, detail);
	}

	const head = [
		words.begun(dateOf(events[0]?.at ?? 0, language), dateOf(events.at(-1)?.at ?? 0, language)),
		words.done(summary.solved, lesson.steps.length, minutesAndSeconds(summary.spent)),
		...(right + wrong > 0 ? [text.cli.summary.predictions(right, right + wrong)] : []),
	];
	return `${[`# ${summary.lesson.title}`, list(head), ...steps].filter(Boolean).join('\n\n')}\n`;
}

function list(items: readonly string[]): string {
	return items.map(item => `- ${item.replaceAll('\n', '\n  ')}`).join('\n');
}

/** What a terminal would have shown in the end: no escape sequences, and of a line that was overwritten the last state. */
function cleaned(output: string): string {
	return stripVTControlCharacters(output)
		.replaceAll('\r\n', '\n')
		.split('\n')
		.map(line => line.split('\r').findLast(part => part !== '') ?? '')
		.join('\n')
		.trimEnd();
}

/** A fence longer than any that the text itself has. */
function fenceFor(text: string): string {
	const longest = Math.max(0, ...Array.from(text.matchAll(/^ *(`{3,})/gm), ([, ticks = '']) => ticks.length));
	return '`'.repeat(Math.max(3, longest + 1));
}

function dateOf(at: number, language: Language): string {
	return new Date(at).toLocaleString(language, {dateStyle: 'medium', timeStyle: 'short'});
}

function timeOf(at: number, language: Language): string {
	return new Date(at).toLocaleTimeString(language, {hourCycle: 'h23'});
}
