import type {Text} from '../text/text.ts';
import {type ProofEvent, proofLine} from './proof-event.ts';

/** An event of a proof and when it came, ms. */
export type TimedProofEvent = {event: ProofEvent; at: number};

/**
 * The report of proofs as CI systems read it (JUnit XML): a suite a lesson, a case for each thing that was proved or was
 * not; its time runs from the event before.
 */
export function junitReport(events: readonly TimedProofEvent[], text: Text): string {
	const suites: {lesson: string; cases: string[]; failures: number; begun: number; ended: number}[] = [];
	let before = 0;
	for (const {event, at} of events) {
		if (event.event === 'lesson') suites.push({lesson: event.lesson, cases: [], failures: 0, begun: at, ended: at});
		if (event.event === 'skipped') {
			const message = attribute('message', proofLine(event, text));
			const skipped = `<testcase ${attribute('classname', event.lesson)} ${attribute('name', event.lesson)} ${seconds(0)}><skipped ${message}/></testcase>`;
			suites.push({lesson: event.lesson, cases: [skipped], failures: 0, begun: at, ended: at});
		}
		const suite = suites.at(-1);
		if (suite && (event.event === 'proved' || event.event === 'problem')) {
			const failed = event.event === 'problem';
			const where = failed
				? [event.step, event.check, event.problem]
				: event.what === 'clean-up'
					? ['clean-up']
					: [event.step, event.what, event.name];
			const name = attribute('name', where.filter(Boolean).join(' › '));
			const open = `<testcase ${attribute('classname', suite.lesson)} ${name} ${seconds(at - before)}`;
			const line = proofLine(event, text).trim();
			const message = attribute('message', line.split('\n')[0] ?? '');
			suite.cases.push(failed ? `${open}><failure ${message}>${escaped(line)}</failure></testcase>` : `${open}/>`);
			if (failed) suite.failures++;
		}
		if (suite) suite.ended = at;
		before = at;
	}
	const sum = (part: (suite: (typeof suites)[number]) => number) => suites.reduce((all, suite) => all + part(suite), 0);
	const counts = (tests: number, failures: number) => `tests="${tests}" failures="${failures}"`;
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<testsuites ${counts(
			sum(suite => suite.cases.length),
			sum(suite => suite.failures),
		)} ${seconds(sum(suite => suite.ended - suite.begun))}>`,
		...suites.flatMap(({lesson, cases, failures, begun, ended}) => [
			`  <testsuite ${attribute('name', lesson)} ${counts(cases.length, failures)} ${seconds(ended - begun)}>`,
			...cases.map(line => `    ${line}`),
			'  </testsuite>',
		]),
		'</testsuites>',
		'',
	].join('\n');
}

function seconds(ms: number): string {
	return `time="${(ms / 1000).toFixed(3)}"`;
}

function attribute(name: string, value: string): string {
	return `${name}="${escaped(value).replace(/\s/g, ' ')}"`;
}

/** Escapes what XML gives a meaning, and leaves out what it does not allow at all. */
function escaped(text: string): string {
	const allowed = text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
	return allowed.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
