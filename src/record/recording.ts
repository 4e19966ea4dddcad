import {closeSync, openSync, writeSync} from 'node:fs';
import {StringDecoder} from 'node:string_decoder';

/** What is recorded: the terminal's end of a stream, such as `process.stdout`. */
type RecordedStream = {
	columns?: number;
	rows?: number;
	write: NodeJS.WriteStream['write'];
	on(event: 'resize', listener: () => void): unknown;
	off(event: 'resize', listener: () => void): unknown;
};

export type RecordingOptions = {
	/** Must not exist yet. */
	file: string;
	stream: RecordedStream;
	title: string;
	/** Its TERM is told to whoever plays the recording. */
	environment: Record<string, string | undefined>;
	/** ms since 1970. */
	now: () => number;
};

/** A recording that goes on. */
export type Recording = {
	/** Ends it. Answers why nothing more could be written, if that was so. */
	close(): string | undefined;
};

/** The size that a recording has where the output is no terminal. */
const pipe = {columns: 80, rows: 24};

/**
 * Records everything that is written to a stream from now on as an asciicast v2 (docs.asciinema.org/manual/asciicast/v2):
 * a header, then one line for each piece of output and each new size. Keys are not recorded, nor what another program
 * draws on the terminal while it has it. Every line is written at once and whole, so that a recording whose process was
 * killed plays to its end. Throws what the file system throws, EEXIST when the file is there already.
 */
export function startRecording({file, stream, title, environment, now}: RecordingOptions): Recording {
	const descriptor = openSync(file, 'wx', 0o600);
	const began = now();
	const decoder = new StringDecoder();
	let last = 0;
	let problem: string | undefined;
	const size = () => `${stream.columns ?? pipe.columns}x${stream.rows ?? pipe.rows}`;
	let known = size();

	const append = (line: unknown) => {
		if (problem !== undefined) return;
		try {
			writeSync(descriptor, `${JSON.stringify(line)}\n`);
		} catch (error) {
			// A full disk ends the recording, not the lesson.
			problem = error instanceof Error ? error.message : String(error);
		}
	};
	const event = (code: 'o' | 'r', data: string) => {
		// A machine's clock may be set back; a recording's time may not.
		last = Math.max(last, now() - began);
		append([Number((last / 1000).toFixed(3)), code, data]);
	};
	const resized = () => {
		if (size() === known) return;
		known = size();
		event('r', known);
	};

	const [width, height] = known.split('x').map(Number);
	const {TERM} = environment;
	append({version: 2, width, height, timestamp: Math.floor(began / 1000), title, ...(TERM && {env: {TERM}})});
	const own = Object.getOwnPropertyDescriptor(stream, 'write');
	const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
	const recorded = (chunk: string | Uint8Array, ...rest: unknown[]) => {
		// What is drawn for a new size must not come before it.
		resized();
		const data = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
		// On its way the terminal's line discipline makes two characters of each newline.
		if (data) event('o', data.replaceAll(/\r?\n/g, '\r\n'));
		return write(chunk, ...rest);
	};
	stream.write = recorded as RecordedStream['write'];
	stream.on('resize', resized);
	return {
		close() {
			if (own) Object.defineProperty(stream, 'write', own);
			else Reflect.deleteProperty(stream, 'write');
			stream.off('resize', resized);
			closeSync(descriptor);
			return problem;
		},
	};
}
