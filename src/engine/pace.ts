import type {Cluster} from '../clusters/cluster.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {pause, type Time} from '../observe/time.ts';

/** The pace at which commands may follow one another by themselves, without somebody who reads and types. */
export type Pace = {
	/** The time limit of a command, and of the checks after it, ms. */
	limitMs: number;
	/** Waits before a command. */
	beforeCommand(line: string): Promise<void>;
	/** Waits before a step that follows another one. */
	beforeStep(): Promise<void>;
};

/** Commands whose answer depends on what the nodes know. */
const asksNetwork = /\b(curl|wget|nslookup|iptables-save)\b/;
/** kube-proxy writes its rules once a second at most, and takes a moment for it, ms. */
const rulesFollowWithin = 1500;
/** A request of the trickle that met rules from before may be two seconds on its way until it counts, ms. */
const requestsEndWithin = rulesFollowWithin + 2000;
const simulatedLimit = 60_000;
/** Images are pulled over a real network, and a hundred real containers take their time. */
const realLimit = 240_000;

/**
 * The pace of a lesson on a cluster. A real cluster's nodes are a little behind its lists, which nobody notices who types; the
 * embedded one's never are.
 */
export function paceOf(
	{simulated}: Pick<Cluster, 'simulated'>,
	{steps}: Pick<Lesson, 'steps'>,
	{time, signal}: {time: Time; signal: AbortSignal},
): Pace {
	const nothing = async () => {};
	if (simulated) return {limitMs: simulatedLimit, beforeCommand: nothing, beforeStep: nothing};
	return {
		limitMs: realLimit,
		beforeCommand: line => (asksNetwork.test(line) ? pause(time, rulesFollowWithin, signal) : nothing()),
		beforeStep: () => (steps.some(({trickle}) => trickle) ? pause(time, requestsEndWithin, signal) : nothing()),
	};
}
