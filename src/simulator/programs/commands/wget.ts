import {headerName} from '../../network/http-server.ts';
import type {Arrival} from '../../network/pod-network.ts';
import {FileError} from '../file-system.ts';
import {reasonPhrase} from '../http-text.ts';
import type {Command} from '../image.ts';
import {readUrl, resolve, send, synTimeout} from './http-client.ts';
import {badOption, readOptions} from './options.ts';

/** busybox' wget. */
export const wget: Command = function* wget(process) {
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
