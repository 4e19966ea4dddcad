import type {HttpReply, HttpRequest} from '../network/http-server.ts';
import {readOptions} from './commands/options.ts';
import {baseFiles} from './file-system.ts';
import {httpDate} from './http-text.ts';
import type {Command, Image, ImageContents} from './image.ts';
import type {Process} from './machine.ts';
import {standardFiles, standardPath, standardPrograms} from './standard.ts';

const text = (process: Process, status: number, body: string): HttpReply => ({
	status,
	headers: {
		date: httpDate(process.machine.clock.now()),
		'content-length': String(Buffer.byteLength(body)),
		'content-type': 'text/plain; charset=utf-8',
	},
	body: Buffer.from(body),
});

/** Answers every request with the Pod's name, on port 9376. */
const serveHostnameCommand: Command = function* serveHostname(process) {
	const words = process.arguments.slice(1);
	const {values} = readOptions(
		words.map(word => word.replace(/^-(?=\w{2})/, '--')),
		'',
	);
	const port = Number(values.port ?? 9376);
	const close = process.machine.listen(port, (_, reply) => reply(text(process, 200, process.machine.hostname)));
	if (!close) {
		process.stderr(`listen tcp :${port}: bind: address already in use\n`);
		return 1;
	}
	process.stderr(`Serving on port ${port}.\n`);
	try {
		yield* process.signal('SIGTERM', 'SIGINT');
		return 0;
	} finally {
		close();
	}
};

/** agnhost netexec: /hostname, /echo, /clientip, /healthz, /exit and a readiness that can be changed. */
const netexec: Command = function* netexec(process) {
	const {values} = readOptions(process.arguments.slice(2), '');
	const port = Number(values['http-port'] ?? 8080);
	let exit: (code: number) => void = () => {};
	const close = process.machine.listen(port, (request, reply) => {
		const url = new URL(request.path, 'http://pod');
		process.stdout(`${new Date(process.machine.clock.now()).toISOString()} GET ${request.path}\n`);
		const delay = milliseconds(url.searchParams.get('delay') ?? '');
		const answer = () => {
			if (url.pathname === '/exit') exit(Number(url.searchParams.get('code') ?? 0));
			reply(netexecReply(process, url, request));
		};
		if (delay > 0) process.machine.clock.after(delay, answer);
		else answer();
	});
	if (!close) {
		process.stderr(`Error: listen tcp :${port}: bind: address already in use\n`);
		return 1;
	}
	process.stdout(`Started HTTP server on port ${port}\n`);
	let code = 0;
	try {
		yield resume => {
			for (const signal of ['SIGTERM', 'SIGINT'] as const) process.handlers.set(signal, resume);
			exit = given => {
				code = given;
				process.machine.clock.after(1, resume);
			};
			return () => {};
		};
		return code;
	} finally {
		close();
	}
};

/** `250ms` or `1.5s`; anything else is no delay. */
function milliseconds(text: string): number {
	const [, number, unit] = /^(\d+(?:\.\d+)?)(m?s)$/.exec(text) ?? [];
	return Number(number ?? 0) * (unit === 's' ? 1000 : 1);
}

function netexecReply(process: Process, url: URL, request: HttpRequest): HttpReply {
	switch (url.pathname) {
		case '/hostname':
		case '/hostName':
			return text(process, 200, process.machine.hostname);
		case '/clientip':
			return text(process, 200, `${request.client}:40000`);
		case '/echo':
			return text(process, Number(url.searchParams.get('code') ?? 200), url.searchParams.get('msg') ?? '');
		case '/healthz':
		case '/readyz':
			return text(process, 200, '');
		case '/header':
			return text(process, 200, request.headers[(url.searchParams.get('key') ?? '').toLowerCase()] ?? '');
		case '/':
			return text(process, 200, `NOW: ${new Date(process.machine.clock.now()).toISOString()}`);
		default:
			return text(process, 404, '404 page not found\n');
	}
}

/** agnhost: the first argument says what it does. */
const agnhostCommand: Command = function* agnhost(process) {
	const [what = 'pause'] = process.arguments.slice(1);
	if (what === 'netexec') return yield* netexec(process);
	if (what === 'serve-hostname') {
		process.arguments = process.arguments.slice(1);
		return yield* serveHostnameCommand(process);
	}
	if (what === 'pause') {
		process.stdout('Paused\n');
		yield* process.signal('SIGTERM', 'SIGINT');
		return 0;
	}
	process.stderr(`Error: "${what}" is not simulated in the embedded cluster; netexec, serve-hostname and pause are\n`);
	return 1;
};

const contents = (path: string, command: Command, words: string[]): ImageContents => {
	const programs = new Map([...standardPrograms, [path, command]]);
	return {
		files: baseFiles(standardFiles, Date.UTC(2024, 0, 1), [...programs.keys()]),
		programs,
		entrypoint: [path],
		command: words,
		environment: {PATH: `/:${standardPath}`},
		workingDirectory: '/',
		user: {uid: 0, gid: 0, name: 'root'},
		stopSignal: 'SIGTERM',
		sizeBytes: 5_000_000,
	};
};

/** A server that says which Pod it is. */
export const serveHostname: Image = {
	repositories: [
		'registry.k8s.io/serve_hostname',
		'k8s.gcr.io/serve_hostname',
		'registry.k8s.io/e2e-test-images/serve-hostname',
	],
	hasTag: tag => /^(latest|v?\d[\w.]*)$/.test(tag),
	open: () => contents('/serve_hostname', serveHostnameCommand, []),
};

/** Kubernetes' own test server. */
export const agnhost: Image = {
	repositories: ['registry.k8s.io/e2e-test-images/agnhost', 'k8s.gcr.io/e2e-test-images/agnhost'],
	hasTag: tag => /^2\.\d{1,2}(\.\d)?$/.test(tag),
	open: () => contents('/agnhost', agnhostCommand, ['pause']),
};
