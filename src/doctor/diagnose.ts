import type {Text} from '../text/text.ts';
import {checkKind} from './check-kind.ts';
import {checkContexts, checkHome, checkPrograms, checkProxies, checkSystem, checkTerminal} from './check-machine.ts';
import {checkRuntime} from './check-runtime.ts';
import type {Facts} from './facts.ts';
import type {Finding, Place} from './finding.ts';

/** Whether lessons can run in a place, and the codes of the findings that keep them from it. */
export type Verdict = {place: Place; runs: boolean; because: string[]};

export type Diagnosis = {
	findings: Finding[];
	verdicts: Verdict[];
	/** What `--cluster auto` takes; undefined when no lesson can run. */
	auto: 'kind' | 'embedded' | undefined;
};

/** Judges the facts: everything that was found, where lessons can run, and what the lab chooses by itself. */
export function diagnose(facts: Facts, text: Text): Diagnosis {
	const findings = [
		...checkSystem(facts, text),
		...checkHome(facts, text),
		...checkPrograms(facts, text),
		...checkTerminal(facts, text),
		...checkRuntime(facts, text),
		...checkKind(facts, text),
		...checkProxies(facts, text),
		...checkContexts(facts, text),
	];
	const verdict = (place: Place): Verdict => {
		const because = findings.filter(({blocks}) => blocks.includes(place)).map(({code}) => code);
		if (place === 'context' && facts.contexts === 0) because.push('contexts-none');
		return {place, runs: because.length === 0, because};
	};
	const verdicts = (['embedded', 'kind', 'context'] as const).map(verdict);
	const [embedded, kind] = verdicts;
	return {findings, verdicts, auto: kind?.runs ? 'kind' : embedded?.runs ? 'embedded' : undefined};
}
