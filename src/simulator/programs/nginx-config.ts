import {isKnownVariable, variablesIn} from './nginx-variables.ts';

/** A header that answers get; without `always` only those that went well do. */
export type AddedHeader = {name: string; value: string; always: boolean};

/** How requests are passed on. Times are ms. */
type ProxySettings = {
	/** Headers for the server behind; an empty value leaves the header out. Undefined: nginx' own. */
	headers: [name: string, value: string][] | undefined;
	/** Headers of the answer that nginx would keep back, in lower case. */
	passed: string[];
	connectTimeout: number;
	readTimeout: number;
};

/** One `proxy_pass`; `where` is its place in the configuration, for error messages. */
export type NginxProxy = ProxySettings & {pass: string; where: string};

/** One `server` block with what the simulated nginx understands of it. */
export type NginxServer = {
	ports: number[];
	name: string;
	root: string;
	index: string[];
	returns: {status: number; text: string} | undefined;
	headers: AddedHeader[];
	defaultType: string;
	accessLog: boolean;
	/** Whether names can be looked up while nginx runs. */
	resolver: boolean;
	locations: NginxLocation[];
};

export type NginxLocation = {
	path: string;
	exact: boolean;
	root: string | undefined;
	alias: string | undefined;
	index: string[] | undefined;
	returns: {status: number; text: string} | undefined;
	/** Undefined: those of the server. */
	headers: AddedHeader[] | undefined;
	defaultType: string | undefined;
	accessLog: boolean | undefined;
	proxy: NginxProxy | undefined;
};

/** A mistake in the configuration, with nginx's own `[emerg]` text. */
export class NginxConfigError extends Error {}

type Directive = {words: string[]; block: Directive[] | undefined; file: string; line: number};

/** Directives that change nothing that can be seen from outside, so they are accepted and left aside. */
const withoutEffect = new Set(
	(
		'user worker_processes worker_connections worker_rlimit_nofile error_log pid events types log_format sendfile ' +
		'tcp_nopush tcp_nodelay keepalive_timeout keepalive_requests gzip gzip_types server_tokens charset error_page ' +
		'client_max_body_size server_names_hash_bucket_size types_hash_max_size daemon use multi_accept etag expires ' +
		'try_files autoindex reset_timedout_connection lingering_close lingering_timeout client_body_temp_path ' +
		'client_body_buffer_size resolver_timeout proxy_temp_path fastcgi_temp_path uwsgi_temp_path scgi_temp_path ' +
		'proxy_http_version proxy_buffering proxy_buffer_size proxy_buffers proxy_request_buffering proxy_redirect ' +
		'proxy_send_timeout proxy_max_temp_file_size proxy_socket_keepalive'
	).split(' '),
);

/**
 * Reads an nginx configuration with its includes. `read` gives the text of a file, `expand` the files of a glob.
 * Throws NginxConfigError for what is wrong and for what the simulated nginx cannot do.
 */
export function parseNginxConfig(
	file: string,
	read: (path: string) => string,
	expand: (pattern: string) => string[],
): NginxServer[] {
	const servers: NginxServer[] = [];
	const include = (directive: Directive): Directive[] => {
		const path = directive.words[1] ?? '';
		const full = path.startsWith('/') ? path : `/etc/nginx/${path}`;
		if (full.endsWith('/mime.types')) return [];
		return expand(full).flatMap(found => parseDirectives(read(found), found));
	};
	const visit = (directives: Directive[], inherited: Inherited) => {
		for (const directive of directives) {
			const [name = ''] = directive.words;
			if (name === 'http') visit(directive.block ?? [], inherited);
			else if (name === 'include') visit(include(directive), inherited);
			else if (name === 'server') servers.push(serverOf(directive, include, inherited));
			else if (name === 'root') inherited.root = directive.words[1]!;
			else if (name === 'index') inherited.index = directive.words.slice(1);
			else if (name === 'default_type') inherited.defaultType = directive.words[1]!;
			else if (name === 'access_log') inherited.accessLog = directive.words[1] !== 'off';
			else if (name === 'resolver') inherited.resolver = true;
			else if (name === 'add_header') inherited.headers.push(addedHeader(directive));
			else if (!setProxy(directive, inherited.proxy) && !withoutEffect.has(name)) throw unknown(directive);
		}
	};
	visit(parseDirectives(read(file), file), {
		root: '/etc/nginx/html',
		index: ['index.html'],
		defaultType: 'text/plain',
		accessLog: true,
		resolver: false,
		headers: [],
		proxy: {headers: undefined, passed: [], connectTimeout: 60_000, readTimeout: 60_000},
	});
	return servers;
}

/** What a block leaves to the blocks inside it. */
type Inherited = Pick<NginxServer, 'root' | 'index' | 'defaultType' | 'accessLog' | 'resolver' | 'headers'> & {
	proxy: ProxySettings;
};

/** Takes a directive that says how requests are passed on; false when it is another one. */
function setProxy(directive: Directive, settings: ProxySettings): boolean {
	const [name, first = '', second = ''] = directive.words;
	if (name === 'proxy_set_header') {
		checkVariables(directive, second);
		settings.headers = [...(settings.headers ?? []), [first.toLowerCase(), second]];
	} else if (name === 'proxy_pass_header') settings.passed = [...settings.passed, first.toLowerCase()];
	else if (name === 'proxy_connect_timeout') settings.connectTimeout = timeOf(directive);
	else if (name === 'proxy_read_timeout') settings.readTimeout = timeOf(directive);
	else return false;
	return true;
}

/** The settings inside a block: its own lists replace those around it, as everywhere in nginx. */
const proxyInside = ({connectTimeout, readTimeout}: ProxySettings): ProxySettings => ({
	headers: undefined,
	passed: [],
	connectTimeout,
	readTimeout,
});

const proxyResult = (own: ProxySettings, around: ProxySettings): ProxySettings => ({
	...own,
	headers: own.headers ?? around.headers,
	passed: own.passed.length > 0 ? own.passed : around.passed,
});

function serverOf(
	server: Directive,
	include: (directive: Directive) => Directive[],
	{proxy: around, headers: headersAround, ...inherited}: Inherited,
): NginxServer {
	const result: NginxServer = {
		ports: [],
		name: '',
		...inherited,
		returns: undefined,
		headers: [],
		locations: [],
	};
	const own = proxyInside(around);
	const locations: Directive[] = [];
	const visit = (directives: Directive[]) => {
		for (const directive of directives) {
			const [name, first = ''] = directive.words;
			if (name === 'include') visit(include(directive));
			else if (name === 'listen') {
				if (!first.includes('[')) result.ports.push(portOf(directive, first));
			} else if (name === 'server_name') result.name = first;
			else if (name === 'root') result.root = first;
			else if (name === 'index') result.index = directive.words.slice(1);
			else if (name === 'return') result.returns = returnOf(directive);
			else if (name === 'add_header') result.headers.push(addedHeader(directive));
			else if (name === 'default_type') result.defaultType = first;
			else if (name === 'access_log') result.accessLog = first !== 'off';
			else if (name === 'resolver') result.resolver = true;
			else if (name === 'location') locations.push(directive);
			else if (!setProxy(directive, own) && !withoutEffect.has(name ?? '')) throw unknown(directive);
		}
	};
	visit(server.block ?? []);
	if (result.headers.length === 0) result.headers = headersAround;
	// A location inherits what stands below it too.
	const proxy = proxyResult(own, around);
	result.locations = locations.map(location => locationOf(location, proxy));
	if (result.ports.length === 0) result.ports.push(80);
	// The longest prefix is tried first.
	result.locations.sort((a, b) => Number(b.exact) - Number(a.exact) || b.path.length - a.path.length);
	return result;
}

function locationOf(location: Directive, around: ProxySettings): NginxLocation {
	const [, first = '', second] = location.words;
	if (first.startsWith('~')) throw unsupported(location, 'a location with a regular expression');
	const result: NginxLocation = {
		path: second ?? first,
		exact: first === '=',
		root: undefined,
		alias: undefined,
		index: undefined,
		returns: undefined,
		headers: undefined,
		defaultType: undefined,
		accessLog: undefined,
		proxy: undefined,
	};
	const own = proxyInside(around);
	let pass: {pass: string; where: string} | undefined;
	for (const directive of location.block ?? []) {
		const [name = '', value = ''] = directive.words;
		if (name === 'root') result.root = value;
		else if (name === 'alias') result.alias = value;
		else if (name === 'index') result.index = directive.words.slice(1);
		else if (name === 'return') result.returns = returnOf(directive);
		else if (name === 'add_header') result.headers = [...(result.headers ?? []), addedHeader(directive)];
		else if (name === 'default_type') result.defaultType = value;
		else if (name === 'access_log') result.accessLog = value !== 'off';
		else if (name === 'proxy_pass') pass = {pass: passOf(directive), where: `${directive.file}:${directive.line}`};
		else if (!setProxy(directive, own) && !withoutEffect.has(name)) throw unknown(directive);
	}
	if (pass) result.proxy = {...proxyResult(own, around), ...pass};
	return result;
}

function addedHeader(directive: Directive): AddedHeader {
	const [, name = '', value = '', always] = directive.words;
	checkVariables(directive, value);
	return {name, value, always: always === 'always'};
}

function passOf(directive: Directive): string {
	const [, pass = ''] = directive.words;
	checkVariables(directive, pass);
	if (/^https:/.test(pass)) throw unsupported(directive, '"proxy_pass" over https');
	if (!/^http:\/\/./.test(pass) && !pass.startsWith('$')) throw emerg(directive, 'invalid URL prefix');
	return pass;
}

function checkVariables(directive: Directive, text: string): void {
	const strange = variablesIn(text).find(name => !isKnownVariable(name));
	if (strange !== undefined) throw unsupported(directive, `the variable "$${strange}"`);
}

/** `10s`, `500ms`, `1m`, or seconds without a unit, in ms. */
function timeOf(directive: Directive): number {
	const [, number, unit = 's'] = /^(\d+)(ms|s|m|h)?$/.exec(directive.words[1] ?? '') ?? [];
	if (number === undefined) throw emerg(directive, `"${directive.words[0]}" directive invalid value`);
	return Number(number) * {ms: 1, s: 1000, m: 60_000, h: 3_600_000}[unit as 'ms' | 's' | 'm' | 'h'];
}

function portOf(directive: Directive, text: string): number {
	const port = Number(text.includes(':') ? text.slice(text.lastIndexOf(':') + 1) : text);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw emerg(directive, `invalid port in "${text}" of the "listen" directive`);
}

function returnOf(directive: Directive): {status: number; text: string} {
	const [, code = '', text = ''] = directive.words;
	const status = Number(code);
	checkVariables(directive, text);
	if (Number.isInteger(status)) return {status, text};
	throw emerg(directive, `invalid return code "${code}"`);
}

const emerg = ({file, line}: Directive, text: string) => new NginxConfigError(`${text} in ${file}:${line}`);

function unknown(directive: Directive): NginxConfigError {
	const name = directive.words[0] ?? '';
	if (/^(proxy|upstream|fastcgi|uwsgi|grpc|ssl|if|set|rewrite|auth|limit|map|geo|resolver|stub_status)/.test(name))
		return unsupported(directive, `"${name}"`);
	return emerg(directive, `unknown directive "${name}"`);
}

const unsupported = (directive: Directive, what: string) =>
	emerg(directive, `${what} is not supported by the simulated nginx of the embedded cluster`);

/** Words, quoted strings, `;` and braces, as nginx's configuration has them. */
function parseDirectives(text: string, file: string): Directive[] {
	const stack: Directive[][] = [[]];
	let words: string[] = [];
	let line = 1;
	const token = /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|[;{}]|(?:\$\{\w+\}|[^\s;{}"'])+/g;
	const unquote = (quoted: string) => quoted.replace(/\\(.)/g, (_, c: string) => ({n: '\n', t: '\t', r: '\r'})[c] ?? c);
	for (const match of text.matchAll(token)) {
		const [whole, double, single] = match;
		const here = line;
		line += whole.split('\n').length - 1;
		if (double !== undefined || single !== undefined) words.push(unquote(double ?? single ?? ''));
		else if (whole === ';') {
			stack.at(-1)!.push({words, block: undefined, file, line: here});
			words = [];
		} else if (whole === '{') {
			const block: Directive[] = [];
			stack.at(-1)!.push({words, block, file, line: here});
			stack.push(block);
			words = [];
		} else if (whole === '}') {
			if (stack.length === 1 || words.length > 0) throw new NginxConfigError(`unexpected "}" in ${file}:${here}`);
			stack.pop();
		} else if (!/^(\s|#)/.test(whole)) words.push(whole);
	}
	if (stack.length > 1 || words.length > 0)
		throw new NginxConfigError(
			`unexpected end of file, expecting "${stack.length > 1 ? '}' : ';'}" in ${file}:${line}`,
		);
	return stack[0]!;
}
