/** A length of time (ms) as the lab says it: `20 ms`, `1.4 s`, `25 s`, `3 min`. */
export function duration(ms: number): string {
	if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
	if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
	if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
	return `${Math.round(ms / 60_000)} min`;
}

/** A length of time (ms) as minutes and seconds: `7:05`. */
export function minutesAndSeconds(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
