/**
 * Keeps what is written to stderr, Node's own warnings among it, off a full screen that it would tear, and gives it to
 * `log` instead. Returns the way back.
 */
export function quietly(log: ((text: string) => void) | undefined): () => void {
	const {stderr} = process;
	const own = Object.getOwnPropertyDescriptor(stderr, 'write');
	stderr.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
		log?.(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
		const done = rest.at(-1);
		if (typeof done === 'function') queueMicrotask(() => done());
		return true;
	};
	return () => {
		if (own) Object.defineProperty(stderr, 'write', own);
		else Reflect.deleteProperty(stderr, 'write');
	};
}
