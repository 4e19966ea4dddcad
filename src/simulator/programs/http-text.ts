const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

/** `Sat, 21 Nov 2026 23:21:49 GMT` */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();

/** `21/Nov/2026:23:21:49 +0000`, as in access logs. */
export function logDate(ms: number): string {
	const date = new Date(ms);
	const day = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
	return `${day}:${date.toISOString().slice(11, 19)} +0000`;
}

/** `2026/11/21 23:21:49`, as in error logs. */
export const errorLogDate = (ms: number): string =>
	new Date(ms).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/');

/** `Sat Nov 21 23:21:49 UTC 2026`, as date prints it. */
export function unixDate(ms: number): string {
	const date = new Date(ms);
	const day = String(date.getUTCDate()).padStart(2, ' ');
	const time = date.toISOString().slice(11, 19);
	return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} UTC ${date.getUTCFullYear()}`;
}

const reasons: Record<number, string> = {
	200: 'OK',
	204: 'No Content',
	206: 'Partial Content',
	301: 'Moved Permanently',
	302: 'Found',
	304: 'Not Modified',
	307: 'Temporary Redirect',
	308: 'Permanent Redirect',
	400: 'Bad Request',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not Found',
	405: 'Not Allowed',
	410: 'Gone',
	413: 'Request Entity Too Large',
	429: 'Too Many Requests',
	500: 'Internal Server Error',
	501: 'Not Implemented',
	502: 'Bad Gateway',
	503: 'Service Temporarily Unavailable',
	504: 'Gateway Time-out',
};

/** The words after a status number, as nginx says them. */
export const reasonPhrase = (status: number): string => reasons[status] ?? 'Unknown';
