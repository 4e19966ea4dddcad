import type {Text} from '../text/text.ts';
import {checkKind} from './check-kind.ts';
import {checkContexts, checkHome, checkPrograms, checkProxies, checkSystem, checkTerminal} from './check-machine.ts';
import {checkRuntime} from './check-runtime.ts';
import type {Facts} from './facts.ts';
import type {Finding, Place} from './finding.ts';

/** Whether lessons can run in a place, and the codes of the findings that keep them from it. */
type Verdict = {place: Place; runs: boolean; because: string[]};

/** The cluster that the lab takes without `--cluster`, and whether lessons can run on it. `chosen`: somebody has said so. */
type Choice = {cluster: string; chosen: boolean; runs: boolean};

export type Diagnosis = {
	findings: Finding[];
	verdicts: Verdict[];
	choice: Choice;
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
	const canRun = (place: Place) => verdicts.some(verdict => verdict.place === place && verdict.runs);
	const cluster = choose(facts, canRun('kind'));
	const place = placeOf(cluster);
	// What is in the way of a place that nobody has asked for stops no lesson.
	const mild = ({status, blocks}: Finding) =>
		status === 'fail' && !blocks.includes('embedded') && !(place && blocks.includes(place));
	return {
		findings: findings.map(finding => (mild(finding) ? {...finding, status: 'warn'} : finding)),
		verdicts,
		choice: {cluster, chosen: askedFor(facts) !== undefined, runs: place !== undefined && canRun(place)},
	};
}

function placeOf(cluster: string): Place | undefined {
	if (cluster === 'embedded' || cluster === 'kind') return cluster;
	return cluster.startsWith('context:') ? 'context' : undefined;
}

function askedFor({asked, home}: Facts): string | undefined {
	const name = asked ?? home.remembered;
	return name === 'auto' ? undefined : name;
}

/** As the lab chooses: what was asked for, what runs already, and kind where it can run. */
function choose(facts: Facts, kindRuns: boolean): string {
	const {home} = facts;
	const asked = askedFor(facts);
	if (asked !== undefined) return asked;
	if (home.kindCluster) return 'kind';
	if (home.context) return `context:${home.context}`;
	if (home.cluster) return 'embedded';
	return kindRuns ? 'kind' : 'embedded';
}
