/** A request as a server in a Pod sees it; `client` is the address it came from. */
export type HttpRequest = {
	method: string;
	/** Path and query. */
	path: string;
	headers: Record<string, string>;
	body: Uint8Array;
	client: string;
};

export type HttpReply = {status: number; headers: Record<string, string>; body: Uint8Array};

/**
 * Something that listens on a port and speaks HTTP. It replies once, at once or later; `undefined` closes the
 * connection without an answer.
 */
export type HttpServer = (request: HttpRequest, reply: (answer: HttpReply | undefined) => void) => void;

/** The ports that are open at one address. */
export type Listeners = {
	/** Opens a port; undefined when it is taken. The returned function closes it and drops what is unanswered. */
	listen(port: number, server: HttpServer): (() => void) | undefined;
	listener(port: number): HttpServer | undefined;
};

/** Nothing is open at first. */
export function createListeners(): Listeners {
	const servers = new Map<number, HttpServer>();
	return {
		listener: port => servers.get(port),
		listen(port, server) {
			if (servers.has(port)) return undefined;
			const unanswered = new Set<(answer: undefined) => void>();
			servers.set(port, (request, reply) => {
				let replied = false;
				const answer = (given: HttpReply | undefined) => {
					if (replied) return;
					replied = true;
					unanswered.delete(answer);
					reply(given);
				};
				unanswered.add(answer);
				server(request, answer);
			});
			return () => {
				servers.delete(port);
				for (const answer of [...unanswered]) answer(undefined);
			};
		},
	};
}

/** `content-type` as servers usually write it: `Content-Type`. */
export const headerName = (name: string): string =>
	name === 'etag' ? 'ETag' : name.replace(/(^|-)[a-z]/g, letter => letter.toUpperCase());

/** All headers under the names that servers usually write. */
export const namedHeaders = (headers: Record<string, string>): Record<string, string> =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [headerName(name), value]));
