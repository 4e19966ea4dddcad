import type {ClusterSpeed} from './cluster.ts';

/** The speeds that a cluster can be taken through, the slowest first. */
const speeds: readonly ClusterSpeed[] = [0.25, 0.5, 1, 2, 5, 10, 25, 50, 100, Number.POSITIVE_INFINITY];

/** The next faster speed, or the fastest. */
export const faster = (speed: ClusterSpeed): ClusterSpeed =>
	speeds.find(candidate => candidate > speed) ?? Number.POSITIVE_INFINITY;

/** The next slower speed, or the slowest; never a pause. */
export const slower = (speed: ClusterSpeed): ClusterSpeed => speeds.findLast(candidate => candidate < speed) ?? 0.25;

/** A speed as it is shown: `¼×`, `10×`, or the given words; `0.25×` where fractions have no sign of their own. */
export function speedLabel(speed: ClusterSpeed, words: {paused: string; max: string}, plain = false): string {
	if (speed === 0) return words.paused;
	if (speed === Number.POSITIVE_INFINITY) return words.max;
	const fractions: Record<number, string> = {0.25: '¼', 0.5: '½'};
	return `${(plain ? undefined : fractions[speed]) ?? speed}×`;
}
