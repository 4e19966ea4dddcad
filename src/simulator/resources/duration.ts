const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

const pair = (large: number, largeUnit: string, small: number, smallUnit: string) =>
	small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** A duration in ms as kubectl writes ages (apimachinery/pkg/util/duration HumanDuration). */
export function humanDuration(ms: number): string {
	const seconds = Math.trunc(ms / second);
	if (seconds < -1) return '<invalid>';
	if (seconds < 0) return '0s';
	if (seconds < 120) return `${seconds}s`;
	const minutes = Math.trunc(ms / minute);
	if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
	if (minutes < 180) return `${minutes}m`;
	const hours = Math.trunc(ms / hour);
	if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
	if (hours < 48) return `${hours}h`;
	if (hours < 24 * 8) return pair(Math.trunc(hours / 24), 'd', hours % 24, 'h');
	if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24)}d`;
	if (hours < 24 * 365 * 8) return pair(Math.trunc(ms / year), 'y', Math.trunc(hours / 24) % 365, 'd');
	return `${Math.trunc(hours / 24 / 365)}y`;
}

/** The time from an API timestamp to `now` (ms since 1970), `<unknown>` without one. */
export const age = (from: string | null | undefined, now: number): string =>
	from ? humanDuration(now - Date.parse(from)) : '<unknown>';
