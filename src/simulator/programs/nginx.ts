import type {HttpReply, HttpRequest} from '../network/http-server.ts';
import {curl} from './commands/curl.ts';
import {resolve} from './commands/http-client.ts';
import {baseFiles, type FileSystem} from './file-system.ts';
import {errorLogDate, httpDate, logDate, reasonPhrase} from './http-text.ts';
import type {Command, Image, Signal} from './image.ts';
import type {Process} from './machine.ts';
import {
	type AddedHeader,
	NginxConfigError,
	type NginxLocation,
	type NginxServer,
	parseNginxConfig,
} from './nginx-config.ts';
import {type FixedUpstream, passOn, upstreamOf} from './nginx-proxy.ts';
import {interpolate, type NginxMoment, variablesIn} from './nginx-variables.ts';
import {bash, standardFiles, standardPath, standardPrograms} from './standard.ts';

const latest = [1, 29, 8] as const;
const stable = [1, 28, 2] as const;
/** The newest patch of the minor versions that lessons and documents use most; others end in .0. */
const patches: Record<number, number> = {
	14: 2,
	15: 12,
	16: 1,
	17: 10,
	18: 0,
	19: 10,
	20: 2,
	21: 6,
	22: 1,
	23: 4,
	24: 0,
	25: 5,
	26: 3,
	27: 5,
};
const oldest = 9;

type Version = readonly [major: number, minor: number, patch: number];

/** The version that a tag such as `1.14.2`, `1.25-alpine` or `latest` stands for; undefined when there is none. */
function nginxVersion(tag: string): Version | undefined {
	const [base = '', ...variant] = tag.split('-');
	if (!/^((alpine|perl|otel|slim|bookworm|bullseye|trixie|buster|stretch)[\d.]*-?)*$/.test(variant.join('-')))
		return undefined;
	if (['latest', 'mainline', 'alpine', 'perl', '1'].includes(base)) return latest;
	if (base === 'stable') return stable;
	const match = /^1\.(\d+)(?:\.(\d+))?$/.exec(base);
	if (!match) return undefined;
	const minor = Number(match[1]);
	if (minor < oldest || minor > latest[1]) return undefined;
	const newest = minor === latest[1] ? latest[2] : minor === stable[1] ? stable[2] : (patches[minor] ?? 0);
	const patch = match[2] === undefined ? newest : Number(match[2]);
	return patch <= Math.max(newest, 15) ? [1, minor, patch] : undefined;
}

/** nginx in its usual tags: it serves /usr/share/nginx/html on port 80 and logs as the official image does. */
export const nginx: Image = {
	repositories: ['docker.io/library/nginx'],
	hasTag: tag => nginxVersion(tag) !== undefined,
	open(tag) {
		const version = nginxVersion(tag) ?? latest;
		const modern = version[1] >= 19;
		const programs = new Map([
			...standardPrograms,
			['/bin/bash', bash],
			['/usr/bin/curl', curl],
			['/usr/sbin/nginx', nginxCommand(version)],
		]);
		if (modern) programs.set('/docker-entrypoint.sh', dockerEntrypoint);
		return {
			files: baseFiles(
				{
					...standardFiles,
					'/etc/nginx/nginx.conf': mainConfig,
					'/etc/nginx/conf.d/default.conf': serverConfig,
					'/usr/share/nginx/html/index.html':
						version[1] > 21 || (version[1] === 21 && version[2] >= 4) ? page615 : page612,
					'/usr/share/nginx/html/50x.html':
						'<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n',
					'/docker-entrypoint.d/': '',
					'/var/log/nginx/': '',
					'/var/cache/nginx/': '',
				},
				// The date of nginx 1.14.2's page; files of an image do not change.
				Date.UTC(2018, 11, 4, 14, 44, 49),
				[...programs.keys()],
			),
			programs,
			entrypoint: modern ? ['/docker-entrypoint.sh'] : [],
			command: ['nginx', '-g', 'daemon off;'],
			environment: {PATH: standardPath, NGINX_VERSION: version.join('.')},
			workingDirectory: '/',
			user: {uid: 0, gid: 0, name: 'root'},
			stopSignal: version[1] >= 19 ? 'SIGQUIT' : 'SIGTERM',
			sizeBytes: tag.includes('alpine') ? 21_000_000 : modern ? 72_000_000 : 44_700_000,
		};
	},
};

/** What the image's entry point does before nginx: it reads /docker-entrypoint.d and says so. */
function* dockerEntrypoint(process: Process): ReturnType<Command> {
	const line = process.arguments.slice(1);
	if (line[0] === 'nginx' || line[0] === 'nginx-debug') {
		process.stdout(
			'/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n',
		);
		process.stdout('/docker-entrypoint.sh: Configuration complete; ready for start up\n');
	}
	// exec "$@": the program takes this process over.
	process.arguments = line;
	process.title = line.join(' ');
	const {command} = process.machine.find(line[0] ?? '', process.environment, process.directory);
	return yield* command(process);
}

const nginxCommand = (version: Version): Command =>
	function* nginx(process) {
		const line = process.arguments.slice(1);
		const text = version.join('.');
		if (line.includes('-v')) {
			process.stderr(`nginx version: nginx/${text}\n`);
			return 0;
		}
		const file = line.includes('-c') ? process.path(line[line.indexOf('-c') + 1] ?? '') : mainFile;
		const server = new Nginx(process, text, version[1] >= 15, file);
		if (line.includes('-t')) return server.check();
		const at = line.indexOf('-s');
		if (at >= 0) return signalMaster(process, line[at + 1] ?? '');
		if (!server.load()) return 1;
		if (!server.listen()) return 1;
		process.title = `nginx: master process ${process.arguments.join(' ')}`;
		if (version[1] >= 19) server.announce();
		for (let worker = 0; worker < 2; worker++) startWorker(process);
		for (;;) {
			const signal = yield* process.signal('SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP');
			if (signal !== 'SIGHUP') break;
			server.reload();
		}
		server.close();
		// A master waits for its workers, which takes it a few milliseconds.
		yield* process.sleep(5 + process.machine.random.below(30));
		return 0;
	};

const workerTitle = ['nginx: worker process'];
const workerSignals: ReadonlySet<Signal> = new Set(['SIGTERM', 'SIGQUIT']);

function startWorker(master: Process) {
	const {machine, environment, directory, stdin, stdout, stderr} = master;
	const start = {arguments: workerTitle, environment, directory, stdin, stdout, stderr};
	machine.park(start, master.pid, workerSignals).user = 'nginx';
}

/** `nginx -s reload`: the running master gets the signal of that name. */
function signalMaster(process: Process, name: string): number {
	const signals = {reload: 'SIGHUP', quit: 'SIGQUIT', stop: 'SIGTERM'} as const;
	const signal = signals[name as keyof typeof signals];
	if (!signal) {
		process.stderr(`nginx: invalid option: "-s ${name}"\n`);
		return 1;
	}
	const master = process.machine.processes.find(({title}) => title.startsWith('nginx: master'));
	if (!master) {
		process.stderr('nginx: [error] open() "/var/run/nginx.pid" failed (2: No such file or directory)\n');
		return 1;
	}
	process.machine.signal(master.pid, signal);
	return 0;
}

class Nginx {
	readonly #process: Process;
	readonly #version: string;
	readonly #plainErrorPage: boolean;
	readonly #file: string;
	#servers: NginxServer[] = [];
	#fixed = new Map<NginxLocation, FixedUpstream>();
	#close = new Map<number, () => void>();
	#connections = 0;

	constructor(process: Process, version: string, plainErrorPage: boolean, file: string) {
		this.#process = process;
		this.#version = version;
		this.#plainErrorPage = plainErrorPage;
		this.#file = file;
	}

	/** Reads the configuration; says what is wrong with it and returns false. */
	load(): boolean {
		try {
			const servers = readConfig(this.#process.machine.files, this.#file);
			this.#fixed = this.#resolveUpstreams(servers);
			this.#servers = servers;
			return true;
		} catch (error) {
			if (!(error instanceof NginxConfigError)) throw error;
			this.#log('emerg', error.message);
			this.#process.stderr(`nginx: [emerg] ${error.message}\n`);
			return false;
		}
	}

	/** Looks up the names that stand in the configuration without a variable. Throws NginxConfigError. */
	#resolveUpstreams(servers: NginxServer[]): Map<NginxLocation, FixedUpstream> {
		const fixed = new Map<NginxLocation, FixedUpstream>();
		for (const location of servers.flatMap(({locations}) => locations)) {
			const {proxy} = location;
			if (!proxy || variablesIn(proxy.pass).length > 0) continue;
			const upstream = upstreamOf(proxy.pass);
			if (!upstream) throw new NginxConfigError(`invalid host in upstream "${proxy.pass}" in ${proxy.where}`);
			const address = resolve(this.#process, upstream.host);
			if (!address) throw new NginxConfigError(`host not found in upstream "${upstream.host}" in ${proxy.where}`);
			fixed.set(location, {addresses: [address]});
		}
		return fixed;
	}

	check(): number {
		const file = this.#file;
		if (!this.load()) {
			this.#process.stderr(`nginx: configuration file ${file} test failed\n`);
			return 1;
		}
		this.#process.stderr(`nginx: the configuration file ${file} syntax is ok\n`);
		this.#process.stderr(`nginx: configuration file ${file} test is successful\n`);
		return 0;
	}

	/** Opens the ports of the configuration; false when one is taken. */
	listen(): boolean {
		const wanted = new Set(this.#servers.flatMap(({ports}) => ports));
		for (const [port, close] of this.#close) {
			if (wanted.has(port)) continue;
			close();
			this.#close.delete(port);
		}
		for (const port of wanted) {
			if (this.#close.has(port)) continue;
			const close = this.#process.machine.listen(port, (request, reply) => this.#answer(port, request, reply));
			if (!close) {
				const text = `bind() to 0.0.0.0:${port} failed (98: Address already in use)`;
				this.#log('emerg', text);
				this.#process.stderr(`nginx: [emerg] ${text}\n`);
				this.close();
				return false;
			}
			this.#close.set(port, close);
		}
		return true;
	}

	/** The lines that a new master writes at its start. */
	announce(): void {
		this.#log('notice', 'using the "epoll" event method');
		this.#log('notice', `nginx/${this.#version}`);
		this.#log('notice', 'start worker processes');
	}

	/** After SIGHUP: a configuration that does not load leaves the old one running. */
	reload(): void {
		if (this.load()) this.listen();
	}

	close(): void {
		for (const close of this.#close.values()) close();
		this.#close.clear();
	}

	#answer(port: number, request: HttpRequest, send: (reply: HttpReply) => void): void {
		const host = (request.headers.host ?? '').split(':')[0]!;
		const here = this.#servers.filter(({ports}) => ports.includes(port));
		const server = here.find(({name}) => name === host) ?? here[0]!;
		const path = decode(request.path.split('?')[0]!);
		const location = server.locations.find(candidate =>
			candidate.exact ? candidate.path === path : path.startsWith(candidate.path),
		);
		this.#connections++;
		const {machine} = this.#process;
		const moment: NginxMoment = {
			request,
			path,
			server: {name: server.name, port},
			hostname: machine.hostname,
			version: this.#version,
			upstream: [],
		};
		const finish = (reply: HttpReply) => send(this.#finish(reply, moment, server, location));
		const proxy = server.returns || location?.returns ? undefined : location?.proxy;
		if (!proxy || !location) {
			finish(this.#serve(server, location, moment));
			return;
		}
		const fixed = this.#fixed.get(location);
		passOn({machine, server, proxy, prefix: location.path, moment, fixed}, result => {
			finish('failed' in result ? this.#failure(result.failed, result.why, server, request) : result);
		});
	}

	/** What every answer gets, and its line in the access log. */
	#finish(reply: HttpReply, moment: NginxMoment, server: NginxServer, location: NginxLocation | undefined): HttpReply {
		const {request} = moment;
		const now = this.#process.machine.clock.now();
		moment.answer = {status: reply.status, length: reply.body.length};
		reply.headers = {
			server: `nginx/${this.#version}`,
			date: httpDate(now),
			...reply.headers,
			...addedHeaders(location?.headers ?? server.headers, moment),
		};
		if (reply.status !== 304) reply.headers['content-length'] ??= String(reply.body.length);
		if (request.method === 'HEAD') reply.body = new Uint8Array();
		if (location?.accessLog ?? server.accessLog) {
			const header = (name: string) => request.headers[name] ?? '-';
			this.#process.stdout(
				`${request.client} - - [${logDate(now)}] "${request.method} ${request.path} HTTP/1.1" ${reply.status} ` +
					`${reply.body.length} "${header('referer')}" "${header('user-agent')}" "${header('x-forwarded-for')}"\n`,
			);
		}
		return reply;
	}

	#serve(server: NginxServer, location: NginxLocation | undefined, moment: NginxMoment): HttpReply {
		const {request, path} = moment;
		const returns = server.returns ?? location?.returns;
		if (returns) {
			const {status} = returns;
			const text = interpolate(returns.text, moment);
			if (status >= 300 && status < 400)
				return {...this.#page(status), headers: {'content-type': 'text/html', location: text}};
			if (!text) return this.#page(status);
			const type = location?.defaultType ?? server.defaultType;
			return {status, headers: {'content-type': type}, body: Buffer.from(text)};
		}
		const {files} = this.#process.machine;
		const root = location?.root ?? server.root;
		const base = location?.alias ? location.alias + path.slice(location.path.length) : root + path;
		const full = normal(base);
		if (path.includes('\0') || `${path}/`.includes('/../')) return this.#page(400);
		let file = full;
		if (path.endsWith('/')) {
			const found = (location?.index ?? server.index)
				.map(name => `${full === '/' ? '' : full}/${name}`)
				.find(name => files.exists(name));
			if (!found) {
				if (!files.isDirectory(full))
					return this.#failure(404, `"${base}index.html" is not found (2: No such file or directory)`, server, request);
				return this.#failure(403, `directory index of "${base}" is forbidden`, server, request);
			}
			file = found;
		} else if (files.isDirectory(full)) {
			const target = `http://${request.headers.host ?? server.name}${path}/`;
			return {...this.#page(301), headers: {'content-type': 'text/html', location: target}};
		}
		const entry = files.entry(file);
		if (!entry?.content)
			return this.#failure(404, `open() "${file}" failed (2: No such file or directory)`, server, request);
		// Workers are not root: what only the owner may read is closed to them.
		if ((entry.mode & 0o004) === 0)
			return this.#failure(403, `open() "${file}" failed (13: Permission denied)`, server, request);
		if (request.method !== 'GET' && request.method !== 'HEAD') return this.#page(405);
		const seconds = Math.floor(entry.modified / 1000);
		const etag = `"${seconds.toString(16)}-${entry.content.length.toString(16)}"`;
		const modified = httpDate(seconds * 1000);
		const validators = {'last-modified': modified, etag};
		const {'if-none-match': match, 'if-modified-since': since} = request.headers;
		if (match === etag || (match === undefined && since === modified))
			return {status: 304, headers: validators, body: new Uint8Array()};
		return {
			status: 200,
			headers: {
				'content-type': contentType(file, server.defaultType),
				...validators,
				'accept-ranges': 'bytes',
			},
			body: entry.content,
		};
	}

	#failure(status: number, why: string, server: NginxServer, request: HttpRequest): HttpReply {
		const line = `${request.method} ${request.path} HTTP/1.1`;
		const host = request.headers.host ? `, host: "${request.headers.host}"` : '';
		this.#log(
			'error',
			`*${this.#connections} ${why}, client: ${request.client}, server: ${server.name}, request: "${line}"${host}`,
		);
		return this.#page(status);
	}

	#page(status: number): HttpReply {
		const title = `${status} ${reasonPhrase(status)}`;
		const body = this.#plainErrorPage ? '<body>' : '<body bgcolor="white">';
		return {
			status,
			headers: {'content-type': 'text/html'},
			body: Buffer.from(
				`<html>\r\n<head><title>${title}</title></head>\r\n${body}\r\n<center><h1>${title}</h1></center>\r\n` +
					`<hr><center>nginx/${this.#version}</center>\r\n</body>\r\n</html>\r\n`,
			),
		};
	}

	#log(level: string, text: string) {
		const {machine, pid} = this.#process;
		this.#process.stderr(`${errorLogDate(machine.clock.now())} [${level}] ${pid}#${pid}: ${text}\n`);
	}
}

/** What a configuration was read from, and what came of it. */
type ReadConfig = {files: Map<string, Buffer | undefined>; globs: Map<string, string>; servers: NginxServer[]};

const mainFile = '/etc/nginx/nginx.conf';

/** The configuration read last, by its main file: most containers have the very one of their image. */
const lastRead = new WeakMap<Buffer, ReadConfig>();

/** Headers that an answer gets only when it is one of these, unless `always` is said. */
const goodAnswers = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

function addedHeaders(added: AddedHeader[], moment: NginxMoment): Record<string, string> {
	const status = moment.answer?.status ?? 0;
	return Object.fromEntries(
		added
			.filter(({always}) => always || goodAnswers.has(status))
			.map(({name, value}) => [name, interpolate(value, moment)])
			.filter(([, value]) => value !== ''),
	);
}

/** Reads a configuration and what it includes. Throws NginxConfigError. */
function readConfig(files: FileSystem, main: string): NginxServer[] {
	const content = (path: string) => files.entry(path)?.content;
	const expand = (pattern: string): string[] => {
		if (!pattern.includes('*')) return [pattern];
		const folder = pattern.slice(0, pattern.lastIndexOf('/'));
		const ending = pattern.slice(pattern.lastIndexOf('*') + 1);
		if (!files.isDirectory(folder)) return [];
		const names = files.list(folder).filter(name => name.endsWith(ending) && !name.startsWith('.'));
		return names.map(name => `${folder}/${name}`);
	};
	const first = content(main);
	const known = first && lastRead.get(first);
	if (
		known &&
		[...known.files].every(([path, buffer]) => content(path) === buffer) &&
		[...known.globs].every(([pattern, found]) => expand(pattern).join() === found)
	)
		return known.servers;
	const read: ReadConfig = {files: new Map(), globs: new Map(), servers: []};
	read.servers = parseNginxConfig(
		main,
		path => {
			const buffer = content(path);
			read.files.set(path, buffer);
			if (!buffer) throw new NginxConfigError(`open() "${path}" failed (2: No such file or directory)`);
			return buffer.toString();
		},
		pattern => {
			const found = expand(pattern);
			read.globs.set(pattern, found.join());
			return found;
		},
	);
	if (first) lastRead.set(first, read);
	return read.servers;
}

const types: Record<string, string> = {
	html: 'text/html',
	htm: 'text/html',
	css: 'text/css',
	js: 'application/javascript',
	json: 'application/json',
	txt: 'text/plain',
	xml: 'text/xml',
	svg: 'image/svg+xml',
	png: 'image/png',
};

function contentType(path: string, fallback: string): string {
	const name = path.slice(path.lastIndexOf('/') + 1);
	return types[name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : ''] ?? fallback;
}

const normal = (path: string) => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

function decode(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

const mainConfig = `
user  nginx;
worker_processes  2;

error_log  /var/log/nginx/error.log notice;
pid        /var/run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;
    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`;

const serverConfig = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

const page = (style: string) => `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
${style}
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

const page612 = page(`    body {
        width: 35em;
        margin: 0 auto;
        font-family: Tahoma, Verdana, Arial, sans-serif;
    }`);

const page615 = page(`html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }`);
