/** Seconds as kubectl writes ages (apimachinery/pkg/util/duration HumanDuration); `milliseconds` may be negative. */
export function humanDuration(milliseconds: number): string {
	const seconds = Math.trunc(milliseconds / 1000);
	if (seconds < -1) return '<invalid>';
	if (seconds < 0) return '0s';
	if (seconds < 120) return `${seconds}s`;
	const minutes = Math.floor(seconds / 60);
	const pair = (big: number, unit: string, small: number, smallUnit: string) =>
		small === 0 ? `${big}${unit}` : `${big}${unit}${small}${smallUnit}`;
	if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
	if (minutes < 180) return `${minutes}m`;
	const hours = Math.floor(minutes / 60);
	if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
	if (hours < 48) return `${hours}h`;
	const days = Math.floor(hours / 24);
	if (hours < 192) return pair(days, 'd', hours % 24, 'h');
	if (days < 365 * 2) return `${days}d`;
	const years = Math.floor(days / 365);
	if (days < 365 * 8) return pair(years, 'y', days % 365, 'd');
	return `${years}y`;
}

/** The age of an RFC 3339 time; `<unknown>` when there is none (metatable.ConvertToHumanReadableDateType). */
export const ageOf = (time: string | null | undefined, now: number) =>
	time ? humanDuration(now - Date.parse(time)) : '<unknown>';

const units: Record<string, number> = {ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3};

/** Milliseconds of a Go duration such as `1m30s`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
	const match = /^([-+]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$|^[-+]?0$/.exec(text);
	if (!match) return undefined;
	let total = 0;
	for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
		total += Number(number) * units[unit!]!;
	}
	return text.startsWith('-') ? -total : total;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number) => String(number).padStart(2, '0');

/** An RFC 3339 time as Go's time.RFC1123Z in the zone of this machine, which is how describe writes times. */
export function rfc1123(time: string): string {
	const date = new Date(time);
	const offset = -date.getTimezoneOffset();
	const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
	const day = `${days[date.getDay()]}, ${two(date.getDate())} ${months[date.getMonth()]} ${date.getFullYear()}`;
	return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
}
