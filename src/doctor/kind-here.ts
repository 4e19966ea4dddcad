import type {Environment} from '../clusters/shell.ts';
import type {Text} from '../text/text.ts';
import {checkKindProgram} from './check-kind.ts';
import {checkSystem} from './check-machine.ts';
import {checkRuntime} from './check-runtime.ts';
import type {Finding} from './finding.ts';
import {type KindFacts, probeKind} from './probe-kind.ts';
import {startTimeLimit} from './time-limit.ts';

/** What kind clusters are made with here, in words; or the findings that keep them from being made. */
export type KindHere = {found: string; obstacles?: undefined} | {found?: undefined; obstacles: Finding[]};

/**
 * Looks whether a kind cluster can be made here, by the findings of the doctor; `limitMs` is what each question may take.
 * Throws only the reason of an aborted signal.
 */
export async function lookForKind(
	environment: Environment,
	{limitMs, signal, text}: {limitMs: number; signal: AbortSignal; text: Text},
): Promise<KindHere> {
	const limit = startTimeLimit(limitMs, signal);
	try {
		const facts = await probeKind({environment, limitMs, limit, contents: false});
		signal.throwIfAborted();
		const obstacles = kindFindings(facts, text).filter(({blocks}) => blocks.includes('kind'));
		const {kind, runtime} = facts;
		if (obstacles.length > 0 || !kind || !runtime) return {obstacles};
		return {found: `kind ${kind.version}, ${runtime.name} ${runtime.host.serverVersion}`};
	} finally {
		limit.end();
	}
}

/** All that can keep a kind cluster from being made, and what is all right about it. */
function kindFindings(facts: KindFacts, text: Text): Finding[] {
	return [...checkSystem(facts, text), ...checkRuntime(facts, text), checkKindProgram(facts, text)];
}
