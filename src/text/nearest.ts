import leven from 'leven';

/**
 * The candidate that somebody who typed `word` most likely meant: the nearest one that differs in at most a third of its
 * letters (two for short words), or the only one that begins with the word.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
	const beginning = candidates.filter(candidate => word.length > 1 && candidate.startsWith(word));
	if (beginning.length === 1) return beginning[0];
	const ranked = candidates
		.map(candidate => ({candidate, distance: leven(word.toLowerCase(), candidate)}))
		.sort((a, b) => a.distance - b.distance)[0];
	if (!ranked) return undefined;
	const limit = Math.max(2, Math.floor(ranked.candidate.length / 3));
	return ranked.distance <= limit && ranked.distance < ranked.candidate.length ? ranked.candidate : undefined;
}
