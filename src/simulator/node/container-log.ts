import type {LogOptions} from './node-api.ts';

/** One line of a container's log; `time` is in ms since 1970. */
export type LogLine = {time: number; text: string};

const maxBytes = 128 * 1024;

/**
 * What a container wrote, line by line. The oldest lines go when it gets long, as kubelet's log rotation drops old
 * files from what `kubectl logs` shows.
 */
export class ContainerLog {
	#lines: LogLine[];
	#bytes: number;
	#partial = '';
	#ended = false;
	readonly #followers = new Set<() => void>();
	readonly #now: () => number;
	/** How many lines were dropped from the front. */
	#dropped = 0;

	constructor(now: () => number, lines: LogLine[] = []) {
		this.#now = now;
		this.#lines = lines;
		this.#bytes = lines.reduce((sum, {text}) => sum + text.length, 0);
	}

	readonly write = (data: string | Uint8Array): void => {
		const parts = (this.#partial + (typeof data === 'string' ? data : Buffer.from(data).toString())).split('\n');
		this.#partial = parts.pop()!;
		for (const text of parts) this.#add(text);
		if (parts.length > 0) this.#notify();
	};

	/** No more will come: followers end after the last line. */
	end(): void {
		if (this.#partial) this.#add(this.#partial);
		this.#partial = '';
		this.#ended = true;
		this.#notify();
	}

	/** The lines, for a snapshot. */
	get lines(): LogLine[] {
		return this.#lines;
	}

	/** The text that the options ask for (without `follow`). */
	read({tailLines, sinceSeconds, sinceTime, timestamps, limitBytes}: LogOptions): string {
		let lines = this.#lines;
		const since = sinceTime ? Date.parse(sinceTime) : sinceSeconds ? this.#now() - sinceSeconds * 1000 : undefined;
		if (since !== undefined) lines = lines.filter(({time}) => time >= since);
		if (tailLines !== undefined && tailLines >= 0) lines = tailLines === 0 ? [] : lines.slice(-tailLines);
		const text = lines.map(line => format(line, timestamps)).join('');
		return limitBytes === undefined ? text : Buffer.from(text).subarray(0, limitBytes).toString();
	}

	/** Calls `write` with each later line until the log ends (`done`) or the returned function is called. */
	follow(timestamps: boolean | undefined, write: (text: string) => void, done: () => void): () => void {
		let next = this.#dropped + this.#lines.length;
		const pump = () => {
			const from = Math.max(next - this.#dropped, 0);
			const text = this.#lines
				.slice(from)
				.map(line => format(line, timestamps))
				.join('');
			next = this.#dropped + this.#lines.length;
			if (text) write(text);
			if (!this.#ended) return;
			this.#followers.delete(pump);
			done();
		};
		this.#followers.add(pump);
		if (this.#ended) pump();
		return () => void this.#followers.delete(pump);
	}

	#add(text: string) {
		this.#lines.push({time: this.#now(), text});
		this.#bytes += text.length;
		if (this.#bytes <= maxBytes) return;
		// Half at a time, so that a busy log is not moved at every line.
		let drop = 0;
		while (this.#bytes > maxBytes / 2 && drop < this.#lines.length - 1) this.#bytes -= this.#lines[drop++]!.text.length;
		this.#lines = this.#lines.slice(drop);
		this.#dropped += drop;
	}

	#notify() {
		for (const follower of [...this.#followers]) follower();
	}
}

function format({time, text}: LogLine, timestamps: boolean | undefined): string {
	return timestamps ? `${new Date(time).toISOString().replace('Z', '000000Z')} ${text}\n` : `${text}\n`;
}
