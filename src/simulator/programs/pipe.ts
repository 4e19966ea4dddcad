import type {Running} from './running.ts';

/** Thrown into a command that writes to a pipe nobody reads any more (SIGPIPE). */
export class BrokenPipe extends Error {
	constructor() {
		super('Broken pipe');
	}
}

/** A one-way stream of bytes between two commands, or from a client's stdin. Not bounded: writers never wait. */
export class Pipe {
	#chunks: Buffer[] = [];
	#ended = false;
	#broken = false;
	#wake: (() => void) | undefined;

	/** Appends data; throws BrokenPipe after the reader has gone. */
	readonly write = (data: string | Uint8Array): void => {
		if (this.#broken) throw new BrokenPipe();
		if (this.#ended || data.length === 0) return;
		this.#chunks.push(Buffer.from(data as Uint8Array));
		this.#wake?.();
	};

	/** Marks the end; readers get what is left and then undefined. */
	end(): void {
		this.#ended = true;
		this.#wake?.();
	}

	/** The reader has gone. */
	breakOff(): void {
		this.#broken = true;
		this.#chunks = [];
	}

	/** Puts back what a reader took but did not use. */
	unread(data: Buffer): void {
		if (data.length > 0) this.#chunks.unshift(data);
	}

	/** The next chunk, or undefined at the end. */
	*read(): Running<Buffer | undefined> {
		while (this.#chunks.length === 0 && !this.#ended) {
			yield resume => {
				this.#wake = resume;
				return () => {
					this.#wake = undefined;
				};
			};
			this.#wake = undefined;
		}
		return this.#chunks.shift();
	}

	/** Everything up to the end. */
	*readAll(): Running<Buffer> {
		const all: Buffer[] = [];
		for (let chunk = yield* this.read(); chunk; chunk = yield* this.read()) all.push(chunk);
		return Buffer.concat(all);
	}

	/** The next line without its newline, or undefined at the end. */
	*readLine(): Running<string | undefined> {
		let line = Buffer.alloc(0);
		for (let chunk = yield* this.read(); chunk; chunk = yield* this.read()) {
			const end = chunk.indexOf(10);
			if (end >= 0) {
				this.unread(chunk.subarray(end + 1));
				return Buffer.concat([line, chunk.subarray(0, end)]).toString();
			}
			line = Buffer.concat([line, chunk]);
		}
		return line.length > 0 ? line.toString() : undefined;
	}
}

/** A pipe that is at its end already, as /dev/null is for a reader. */
export function emptyPipe(): Pipe {
	const pipe = new Pipe();
	pipe.end();
	return pipe;
}
