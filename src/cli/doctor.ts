import {homedir, hostname, userInfo} from 'node:os';
import {type Diagnosis, diagnose} from '../doctor/diagnose.ts';
import type {Facts} from '../doctor/facts.ts';
import type {Finding} from '../doctor/finding.ts';
import {probe} from '../doctor/probe.ts';
import {type Private, redact} from '../doctor/redact.ts';
import {lessonCards} from '../lesson/find-lessons.ts';
import {cellWidth} from '../text/cell-width.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {alignColumns} from './columns.ts';
import type {Context, ExitCode} from './context.ts';
import {lessonImages} from './lesson-images.ts';
import type {DoctorOptions} from './program.ts';

/** A learner waits for two seconds at most. */
const defaultLimitMs = 1_800;

/**
 * `endpoint-lab doctor`: what this machine offers the lab and what is wrong with it, and where lessons can run. Changes
 * nothing. Succeeds when lessons can run somewhere.
 */
export async function doctor(options: DoctorOptions, context: Context): Promise<ExitCode> {
	const {environment, signal, text, print, version} = context;
	const facts = await probe({
		environment,
		limitMs: parseLimit(options.timeout, text),
		signal,
		input: process.stdin,
		output: process.stdout,
		images: () => lessonImages(lessonCards()),
	});
	const found = diagnose(facts, text);
	const hide = (shown: string) => redact(shown, {...privateOf(context), names: namesIn(facts)});
	const time = new Date();
	if (options.json) {
		const {findings, verdicts, choice} = found;
		const hidden = (_key: string, value: unknown) => (typeof value === 'string' ? hide(value) : value);
		print(JSON.stringify({version, time, findings, clusters: verdicts, choice}, hidden));
	} else {
		const words = text.doctor;
		const lines = [...findingLines(found.findings, text), '', ...verdictLines(found, text)];
		if (options.report) {
			for (const line of [words.reportTitle(version, time.toISOString()), ...lines]) print(hide(line));
		} else {
			for (const line of [words.title, ...lines, words.reportHint]) print(line);
		}
	}
	return found.verdicts.some(({runs}) => runs) ? 0 : 1;
}

/** Seconds from the command line, as ms. Throws UserError. */
function parseLimit(seconds: string | undefined, text: Text): number {
	if (seconds === undefined) return defaultLimitMs;
	const limit = /^\d+(\.\d+)?$/.test(seconds) ? Number(seconds) * 1_000 : 0;
	if (limit <= 0) throw new UserError(text.doctor.wrongTimeout(seconds), 2);
	return limit;
}

function findingLines(findings: Finding[], text: Text): string[] {
	const signs = text.doctor.signs;
	const heads = alignColumns(findings.map(({status, code}) => [`  ${signs[status]}`, code]));
	const width = Math.max(...heads.map(head => cellWidth(head)));
	const indent = ' '.repeat(6);
	return findings.flatMap(({seen, fix, commands = []}, at) => [
		`${heads[at]}${' '.repeat(width - cellWidth(heads[at]!))}  ${seen}`,
		...(fix ? [`${indent}${fix}`] : []),
		...commands.map(command => `${indent}  ${command}`),
	]);
}

function verdictLines({verdicts, choice}: Diagnosis, text: Text): string[] {
	const words = text.doctor;
	const choiceLine = () => {
		const {cluster, chosen, runs} = choice;
		if (runs) return chosen ? words.chosen(cluster) : words.auto(cluster);
		const other = verdicts.find(({runs, place}) => runs && place !== 'context')?.place;
		return other ? words.choiceBlocked(cluster, other) : words.nowhere;
	};
	return [
		words.summaryTitle,
		...alignColumns(
			verdicts.map(({place, runs, because}) => [
				`  ${words.places[place]}`,
				runs ? words.runs : words.runsNot(because.join(', ')),
			]),
		),
		choiceLine(),
	];
}

/** What users call Docker's contexts may tell of whom they work for. */
function namesIn({runtime, runtimeProblem}: Facts): string[] {
	return [runtime?.context, runtimeProblem?.context, ...(runtimeProblem?.otherContexts ?? [])].filter(
		name => name !== undefined,
	);
}

/** Whose machine this is, so that a report does not tell it. */
function privateOf({environment}: Context): Private {
	let user = environment.USER || environment.USERNAME || '';
	try {
		user ||= userInfo().username;
	} catch {
		// A user without a name, as in some containers.
	}
	return {home: environment.HOME || environment.USERPROFILE || homedir(), user, host: hostname()};
}
