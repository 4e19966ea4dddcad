import {candidates} from '../../network/dns.ts';
import {headerName} from '../../network/http-server.ts';
import type {Arrival, OutgoingRequest} from '../../network/pod-network.ts';
import type {NetworkFailure} from '../../node/node-api.ts';
import {FileError} from '../file-system.ts';
import {reasonPhrase} from '../http-text.ts';
import type {Command} from '../image.ts';
import type {Process} from '../machine.ts';
import {type Running, waitFor} from '../running.ts';
import {badOption, readOptions} from './options.ts';

/** How long Linux tries to open a connection that nobody answers: six repeated SYNs. */
const synTimeout = 130_000;

type Target = {host: string; port: number; path: string; scheme: string};

/** Reads an address as curl and wget take it, with `http://` left out or not. */
function readUrl(text: string): Target {
	const [, scheme = 'http', host = '', port, path = ''] =
		/^(?:(\w+):\/\/)?(?:[^@/]*@)?([^:/?#]*)(?::(\d+))?([^#]*)/.exec(text) ?? [];
	return {
		scheme,
		host,
		port: Number(port ?? (scheme === 'https' ? 443 : 80)),
		path: path.startsWith('/') ? path : `/${path}`,
	};
}

/** The address of a name: /etc/hosts first, then DNS. */
function resolve(process: Process, name: string): string | undefined {
	const hosts = process.machine.files.entry('/etc/hosts')?.content?.toString() ?? '';
	for (const line of hosts.split('\n')) {
		const [ip, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
		if (ip && !ip.includes(':') && names.includes(name)) return ip;
	}
	return process.machine.network.resolve(name);
}

const send = (process: Process, request: OutgoingRequest): Running<Arrival | NetworkFailure> =>
	waitFor(settle => process.machine.network.send(request, settle));

const wget: Command = function* wget(process) {
	const options = readOptions(process.arguments.slice(1), 'qO:T:SsP:U:cY:t:');
	if (options.bad) return badOption(process, options.bad);
	const {flags, values, words} = options;
	const quiet = flags.has('q');
	const timeout = Number(values.T ?? values.timeout ?? 0) * 1000;
	const headers: Record<string, string> = {'user-agent': values.U ?? 'Wget', connection: 'close'};
	if (values.header)
		headers[values.header.split(':')[0]!.toLowerCase()] = values.header.split(':').slice(1).join(':').trim();
	if (words.length === 0) {
		process.stderr('BusyBox: wget: missing URL\nUsage: wget [-cqS] [--spider] [-O FILE] [-T SEC] URL...\n');
		return 1;
	}
	for (const given of words) {
		let target = readUrl(given);
		let reply: Arrival;
		for (let redirects = 0; ; redirects++) {
			const ip = resolve(process, target.host);
			if (!ip) {
				process.stderr(`wget: bad address '${target.host}'\n`);
				return 1;
			}
			if (!quiet) process.stderr(`Connecting to ${target.host} (${ip}:${target.port})\n`);
			if (target.scheme === 'https') {
				process.stderr('wget: note: TLS is not simulated in the embedded cluster\n');
				return 1;
			}
			const result = yield* send(process, {
				method: values['post-data'] === undefined ? 'GET' : 'POST',
				host: ip,
				port: target.port,
				path: target.path,
				headers: {host: target.port === 80 ? target.host : `${target.host}:${target.port}`, ...headers},
				...(values['post-data'] !== undefined && {body: Buffer.from(values['post-data'])}),
				connectTimeout: timeout || synTimeout,
				timeout: timeout || 900_000,
			});
			if ('failure' in result) {
				if (result.failure === 'timeout' && timeout) process.stderr('wget: download timed out\n');
				else if (result.failure === 'reset') process.stderr('wget: error getting response: Connection reset by peer\n');
				else {
					const why = result.failure === 'refused' ? 'Connection refused' : 'Operation timed out';
					process.stderr(`wget: can't connect to remote host (${ip}): ${why}\n`);
				}
				return 1;
			}
			const location = result.headers.location;
			if (result.status < 300 || result.status >= 400 || !location || redirects >= 5) {
				reply = result;
				break;
			}
			target = readUrl(location.startsWith('/') ? `http://${target.host}:${target.port}${location}` : location);
		}
		if (flags.has('S')) {
			process.stderr(`  HTTP/1.1 ${reply.status} ${reasonPhrase(reply.status)}\n`);
			for (const [name, value] of Object.entries(reply.headers)) process.stderr(`  ${headerName(name)}: ${value}\n`);
		}
		if (reply.status >= 400) {
			process.stderr(`wget: server returned error: HTTP/1.1 ${reply.status} ${reasonPhrase(reply.status)}\n`);
			return 1;
		}
		if (flags.has('spider')) {
			if (!quiet) process.stderr('remote file exists\n');
			continue;
		}
		const file = values.O ?? (target.path.replace(/\?.*/, '').replace(/^.*\//, '') || 'index.html');
		const bar = `${file.padEnd(20)} 100% |********************************| ${String(reply.body.length).padStart(5)}  0:00:00 ETA\n`;
		if (file === '-') {
			if (!quiet) process.stderr('writing to stdout\n');
			process.stdout(reply.body);
			if (!quiet) process.stderr(`${bar}written to stdout\n`);
			continue;
		}
		try {
			if (file !== '/dev/null') {
				if (values.O === undefined && process.machine.files.exists(process.path(file))) throw new FileError('EEXIST');
				process.machine.files.write(process.path(file), reply.body);
			}
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			process.stderr(`wget: can't open '${file}': ${error.message}\n`);
			return 1;
		}
		if (!quiet) process.stderr(`saving to '${file}'\n${bar}'${file}' saved\n`);
	}
	return 0;
};

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

const curl: Command = function* curl(process) {
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

const recordTypes = {a: 'A', aaaa: 'AAAA', srv: 'SRV', ptr: 'PTR', cname: 'CNAME'} as const;

/** The nslookup of current busybox releases: every search domain is asked, for A and AAAA, and all answers are shown. */
const nslookup: Command = function* nslookup(process) {
	const words = process.arguments.slice(1);
	const typed = words
		.find(word => /^-(q|query|type)=/.test(word))
		?.split('=')[1]
		?.toLowerCase();
	const [name] = words.filter(word => !word.startsWith('-'));
	if (!name) {
		process.stderr('Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n');
		return 1;
	}
	const {network} = process.machine;
	const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name);
	const question = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name;
	const type = recordTypes[(typed ?? '') as keyof typeof recordTypes];

	process.stdout('Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n');
	let failed = false;
	const names =
		reverse || name.includes('.')
			? [question.replace(/\.$/, '')]
			: candidates(question, network.search).slice(0, -1).sort();
	// The answers come in no certain order; with search domains an empty one for IPv6 is usually first.
	const both = names.length > 1 ? (['AAAA', 'A'] as const) : (['A', 'AAAA'] as const);
	const types = type ? [type] : reverse ? (['PTR'] as const) : both;
	for (const full of names) {
		for (const each of types) {
			const answer = network.lookup(full, each);
			if (answer.code === 'NXDOMAIN') {
				failed = true;
				process.stdout(`** server can't find ${full}: NXDOMAIN\n\n`);
				continue;
			}
			for (const {name: owner, type: kind, data} of answer.records) {
				if (kind === 'A' || kind === 'AAAA') process.stdout(`Name:\t${owner}\nAddress: ${data}\n`);
				else if (kind === 'CNAME') process.stdout(`${owner}\tcanonical name = ${data}\n`);
				else if (kind === 'PTR') process.stdout(`${owner}\tname = ${data}\n`);
				else process.stdout(`${owner}\tservice = ${data}\n`);
			}
			process.stdout('\n');
		}
	}
	return failed ? 1 : 0;
};

/** The nslookup of busybox 1.28, which many documents use: the first name that is found, with its name again. */
export const oldNslookup: Command = function* nslookup(process) {
	const [name] = process.arguments.slice(1).filter(word => !word.startsWith('-'));
	const {network} = process.machine;
	process.stdout('Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n');
	for (const full of candidates(name ?? '', network.search)) {
		const addresses = network.lookup(full, 'A').records.filter(({type}) => type === 'A');
		if (addresses.length === 0) continue;
		process.stdout(`Name:      ${name}\n`);
		addresses.forEach(({data}, i) => {
			const [owner] = network.lookup(`${data.split('.').reverse().join('.')}.in-addr.arpa`, 'PTR').records;
			process.stdout(`Address ${i + 1}: ${data}${owner ? ` ${owner.data}` : ''}\n`);
		});
		return 0;
	}
	process.stderr(`nslookup: can't resolve '${name}'\n`);
	return 1;
};

/** `nc -z HOST PORT` and `nc -zv`: is somebody listening? */
const nc: Command = function* nc(process) {
	const {flags, values, words} = readOptions(process.arguments.slice(1), 'zvw:');
	const [host = '', port = ''] = words;
	const ip = resolve(process, host);
	if (!ip) {
		process.stderr(`nc: bad address '${host}'\n`);
		return 1;
	}
	if (!flags.has('z')) {
		process.stderr('nc: the simulated nc only tests ports, with -z\n');
		return 1;
	}
	const patience = Number(values.w ?? 0) * 1000 || synTimeout;
	const open = yield* waitFor<string>(settle =>
		process.machine.network.probe({host: ip, port: Number(port), connectTimeout: patience}, settle),
	);
	if (open === 'open') {
		if (flags.has('v')) process.stderr(`${host} (${ip}:${port}) open\n`);
		return 0;
	}
	process.stderr(`nc: ${ip} (${ip}:${port}): ${open === 'refused' ? 'Connection refused' : 'Operation timed out'}\n`);
	return 1;
};

/** Commands that use the network. */
export const networkCommands: Record<string, Command> = {nc, nslookup, wget};
export {curl};
