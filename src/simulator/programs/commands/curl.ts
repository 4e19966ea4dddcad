import {headerName} from '../../network/http-server.ts';
import type {Arrival} from '../../network/pod-network.ts';
import {reasonPhrase} from '../http-text.ts';
import type {Command} from '../image.ts';
import type {Process} from '../machine.ts';
import type {Running} from '../running.ts';
import {readUrl, resolve, send, synTimeout} from './http-client.ts';
import {readOptions} from './options.ts';

const longCurlOptions: Record<string, string> = {
	silent: 's',
	'show-error': 'S',
	output: 'o',
	'write-out': 'w',
	include: 'i',
	head: 'I',
	verbose: 'v',
	'max-time': 'm',
	location: 'L',
	request: 'X',
	header: 'H',
	data: 'd',
	'data-raw': 'd',
	fail: 'f',
	insecure: 'k',
	'user-agent': 'A',
	'remote-name': 'O',
	proxy: 'x',
	get: 'G',
};

/** curl with its usual options, for http only. */
export const curl: Command = function* curl(process) {
	const words: string[] = [];
	const headers: Record<string, string> = {};
	const given = process.arguments.slice(1);
	let connectTimeout = 0;
	const data: string[] = [];
	for (let i = 0; i < given.length; i++) {
		const word = given[i]!;
		if (word === '--connect-timeout') connectTimeout = Number(given[++i]) * 1000;
		else if (word === '--retry' || word === '--noproxy' || word === '--resolve') i++;
		else if (word === '--version') return curlVersion(process);
		else if (word.startsWith('--')) {
			const letter = longCurlOptions[word.slice(2)];
			if (letter) words.push(`-${letter}`);
			else if (!['no-progress-meter', 'compressed', 'http1.1', 'ipv4', 'no-keepalive'].includes(word.slice(2))) {
				process.stderr(
					`curl: option ${word}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n`,
				);
				return 2;
			} else if (word === '--no-progress-meter') words.push('-s', '-S');
		} else words.push(word);
	}
	// -H and -d may stand several times.
	for (let i = 0; i < words.length; i++) {
		const match = /^-([a-zA-Z]*)([Hd])(.*)$/.exec(words[i]!);
		if (!match || /[owmXAx]/.test(match[1]!)) {
			if (/^-[a-zA-Z]*[owmXAx]$/.test(words[i]!)) i++;
			continue;
		}
		const inline = match[3] !== '';
		const value = inline ? match[3]! : (words[i + 1] ?? '');
		if (match[2] === 'H') headers[value.split(':')[0]!.toLowerCase()] = value.split(':').slice(1).join(':').trim();
		else data.push(value);
		words.splice(i, inline ? 1 : 2, ...(match[1] ? [`-${match[1]}`] : []));
		i--;
	}
	const options = readOptions(words, 'sSo:w:iIvm:LX:fkA:Ox:VG4N');
	if (options.bad) {
		process.stderr(
			`curl: option -${options.bad}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n`,
		);
		return 2;
	}
	const {flags, values} = options;
	if (flags.has('V')) return curlVersion(process);
	if (options.words.length === 0) {
		process.stderr("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n");
		return 2;
	}
	let code = 0;
	for (const url of options.words) {
		code = yield* curlOne(process, url, {flags, values, headers, data, connectTimeout});
	}
	return code;
};

function curlVersion(process: Process): number {
	process.stdout(`curl ${curlRelease} (x86_64-pc-linux-gnu) libcurl/${curlRelease}\nProtocols: http\n`);
	return 0;
}

const curlRelease = '8.14.1';

type CurlOptions = {
	flags: Set<string>;
	values: Record<string, string>;
	headers: Record<string, string>;
	data: string[];
	connectTimeout: number;
};

function* curlOne(process: Process, url: string, options: CurlOptions): Running {
	const {flags, values, headers, data, connectTimeout} = options;
	const silent = flags.has('s');
	const fail = (number: number, text: string): number => {
		if (!silent || flags.has('S')) process.stderr(`curl: (${number}) ${text}\n`);
		return number;
	};
	const began = process.machine.clock.now();
	const limit = Number(values.m ?? 0) * 1000;
	let target = readUrl(url);
	let reply: Arrival | undefined;
	let code = 0;
	for (let redirects = 0; ; redirects++) {
		if (target.scheme !== 'http') {
			code = fail(1, `Protocol "${target.scheme}" not supported by the simulated curl`);
			break;
		}
		const ip = resolve(process, target.host);
		if (!ip) {
			code = fail(6, `Could not resolve host: ${target.host}`);
			break;
		}
		const hostHeader = target.port === 80 ? target.host : `${target.host}:${target.port}`;
		const body = data.length > 0 && !flags.has('G') ? Buffer.from(data.join('&')) : undefined;
		const method = values.X ?? (flags.has('I') ? 'HEAD' : body ? 'POST' : 'GET');
		const sent: Record<string, string> = {
			host: hostHeader,
			'user-agent': values.A ?? `curl/${curlRelease}`,
			accept: '*/*',
			...(body && {'content-length': String(body.length), 'content-type': 'application/x-www-form-urlencoded'}),
			...headers,
		};
		if (flags.has('v')) process.stderr(`*   Trying ${ip}:${target.port}...\n`);
		const patience = connectTimeout || limit || synTimeout;
		const result = yield* send(process, {
			method,
			host: ip,
			port: target.port,
			path: target.path,
			headers: sent,
			...(body && {body}),
			connectTimeout: limit ? Math.min(limit, patience) : patience,
			timeout: limit || 86_400_000,
		});
		if ('failure' in result) {
			const spent = Math.round(process.machine.clock.now() - began);
			if (result.failure === 'reset') code = fail(52, 'Empty reply from server');
			else if (result.failure === 'timeout' && (limit || connectTimeout))
				code = fail(28, `Connection timed out after ${spent} milliseconds`);
			else {
				const number = result.failure === 'timeout' ? 28 : 7;
				code = fail(
					number,
					`Failed to connect to ${target.host} port ${target.port} after ${spent} ms: Could not connect to server`,
				);
			}
			break;
		}
		if (flags.has('v')) {
			process.stderr(
				`* Connected to ${target.host} (${ip}) port ${target.port}\n> ${method} ${target.path} HTTP/1.1\n`,
			);
			for (const [name, value] of Object.entries(sent)) process.stderr(`> ${headerName(name)}: ${value}\n`);
			process.stderr('> \n');
			for (const line of headerLines(result)) process.stderr(`< ${line}\n`);
		}
		reply = result;
		const location = result.headers.location;
		if (!flags.has('L') || !location || result.status < 300 || result.status >= 400 || redirects >= 50) break;
		target = readUrl(location.startsWith('/') ? `http://${target.host}:${target.port}${location}` : location);
	}
	if (reply) code = writeReply(process, reply, url, options) || code;
	if (values.w !== undefined) {
		const seconds = ((process.machine.clock.now() - began) / 1000).toFixed(6);
		const known: Record<string, string> = {
			http_code: String(reply?.status ?? 0).padStart(3, '0'),
			response_code: String(reply?.status ?? 0).padStart(3, '0'),
			time_total: seconds,
			time_connect: seconds,
			size_download: String(reply?.body.length ?? 0),
			remote_ip: reply?.from.ip ?? '',
			url_effective: url,
		};
		process.stdout(
			values.w
				.replace(/%\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole)
				.replaceAll('\\n', '\n')
				.replaceAll('\\t', '\t'),
		);
	}
	return code;
}

const headerLines = (reply: Arrival): string[] => [
	`HTTP/1.1 ${reply.status} ${reasonPhrase(reply.status)}`,
	...Object.entries(reply.headers).map(([name, value]) => `${headerName(name)}: ${value}`),
	'',
];

function writeReply(process: Process, reply: Arrival, url: string, {flags, values}: CurlOptions): number {
	const silent = flags.has('s');
	if (flags.has('f') && reply.status >= 400) {
		if (!silent || flags.has('S')) process.stderr(`curl: (22) The requested URL returned error: ${reply.status}\n`);
		return 22;
	}
	const showHeaders = flags.has('i') || flags.has('I');
	const content = Buffer.concat([
		Buffer.from(
			showHeaders
				? headerLines(reply)
						.map(line => `${line}\r\n`)
						.join('')
				: '',
		),
		flags.has('I') ? new Uint8Array() : reply.body,
	]);
	const file = values.o ?? (flags.has('O') ? readUrl(url).path.replace(/^.*\//, '') : undefined);
	// Without a terminal, curl shows its progress beside the answer.
	if (!silent && (!process.tty || file)) {
		const size = String(reply.body.length);
		process.stderr(
			'  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n' +
				'                                 Dload  Upload   Total   Spent    Left  Speed\n' +
				`100 ${size.padStart(5)}  100 ${size.padStart(5)}    0     0 ${`${size}k`.padStart(6)}      0 --:--:-- --:--:-- --:--:-- ${`${size}k`.padStart(5)}\n`,
		);
	}
	if (file === undefined || file === '-') process.stdout(content);
	else if (file !== '/dev/null') process.machine.files.write(process.path(file), content);
	return 0;
}
