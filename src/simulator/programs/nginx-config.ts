/** One `server` block with what the simulated nginx understands of it. */
export type NginxServer = {
	ports: number[];
	name: string;
	root: string;
	index: string[];
	returns: {status: number; text: string} | undefined;
	headers: Record<string, string>;
	defaultType: string;
	accessLog: boolean;
	locations: NginxLocation[];
};

export type NginxLocation = {
	path: string;
	exact: boolean;
	root: string | undefined;
	alias: string | undefined;
	index: string[] | undefined;
	returns: {status: number; text: string} | undefined;
	headers: Record<string, string>;
	defaultType: string | undefined;
	accessLog: boolean | undefined;
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
		'try_files autoindex reset_timedout_connection lingering_close lingering_timeout'
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
	const visit = (directives: Directive[], inherited: {root: string; index: string[]; defaultType: string}) => {
		for (const directive of directives) {
			const [name = ''] = directive.words;
			if (name === 'http') visit(directive.block ?? [], inherited);
			else if (name === 'include') visit(include(directive), inherited);
			else if (name === 'server') servers.push(serverOf(directive, include, inherited));
			else if (name === 'root') inherited.root = directive.words[1]!;
			else if (name === 'index') inherited.index = directive.words.slice(1);
			else if (name === 'default_type') inherited.defaultType = directive.words[1]!;
			else if (name !== 'access_log' && !withoutEffect.has(name)) throw unknown(directive);
		}
	};
	visit(parseDirectives(read(file), file), {root: '/etc/nginx/html', index: ['index.html'], defaultType: 'text/plain'});
	return servers;
}

function serverOf(
	server: Directive,
	include: (directive: Directive) => Directive[],
	inherited: {root: string; index: string[]; defaultType: string},
): NginxServer {
	const result: NginxServer = {
		ports: [],
		name: '',
		...inherited,
		returns: undefined,
		headers: {},
		accessLog: true,
		locations: [],
	};
	const visit = (directives: Directive[]) => {
		for (const directive of directives) {
			const [name, first = '', second = ''] = directive.words;
			if (name === 'include') visit(include(directive));
			else if (name === 'listen') {
				if (!first.includes('[')) result.ports.push(portOf(directive, first));
			} else if (name === 'server_name') result.name = first;
			else if (name === 'root') result.root = first;
			else if (name === 'index') result.index = directive.words.slice(1);
			else if (name === 'return') result.returns = returnOf(directive);
			else if (name === 'add_header') result.headers[first] = second;
			else if (name === 'default_type') result.defaultType = first;
			else if (name === 'access_log') result.accessLog = first !== 'off';
			else if (name === 'location') result.locations.push(locationOf(directive));
			else if (!withoutEffect.has(name ?? '')) throw unknown(directive);
		}
	};
	visit(server.block ?? []);
	if (result.ports.length === 0) result.ports.push(80);
	// The longest prefix is tried first.
	result.locations.sort((a, b) => Number(b.exact) - Number(a.exact) || b.path.length - a.path.length);
	return result;
}

function locationOf(location: Directive): NginxLocation {
	const [, first = '', second] = location.words;
	if (first.startsWith('~')) throw unsupported(location, 'a location with a regular expression');
	const result: NginxLocation = {
		path: second ?? first,
		exact: first === '=',
		root: undefined,
		alias: undefined,
		index: undefined,
		returns: undefined,
		headers: {},
		defaultType: undefined,
		accessLog: undefined,
	};
	for (const directive of location.block ?? []) {
		const [name = '', value = '', second = ''] = directive.words;
		if (name === 'root') result.root = value;
		else if (name === 'alias') result.alias = value;
		else if (name === 'index') result.index = directive.words.slice(1);
		else if (name === 'return') result.returns = returnOf(directive);
		else if (name === 'add_header') result.headers[value] = second;
		else if (name === 'default_type') result.defaultType = value;
		else if (name === 'access_log') result.accessLog = value !== 'off';
		else if (!withoutEffect.has(name)) throw unknown(directive);
	}
	return result;
}

function portOf(directive: Directive, text: string): number {
	const port = Number(text.includes(':') ? text.slice(text.lastIndexOf(':') + 1) : text);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw emerg(directive, `invalid port in "${text}" of the "listen" directive`);
}

function returnOf(directive: Directive): {status: number; text: string} {
	const [, code = '', text = ''] = directive.words;
	const status = Number(code);
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
	const token = /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|[;{}]|[^\s;{}"']+/g;
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
