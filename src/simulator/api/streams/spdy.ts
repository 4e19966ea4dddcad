import {Duplex} from 'node:stream';
import {constants, createDeflate, createInflate, type Deflate, type Inflate} from 'node:zlib';
import {spdyDictionary} from './spdy-dictionary.ts';

const type = {synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7} as const;
const fin = 0x01;
const maxFrame = 8 * 1024 * 1024;

/** One stream that the client opened, with the headers it opened it with. */
export class SpdyStream extends Duplex {
	readonly headers: Record<string, string>;
	readonly #connection: SpdyConnection;
	readonly #id: number;

	constructor(connection: SpdyConnection, id: number, headers: Record<string, string>) {
		super({allowHalfOpen: true});
		this.#connection = connection;
		this.#id = id;
		this.headers = headers;
	}

	override _read(): void {}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#connection.sendData(this.#id, chunk, 0, done);
	}

	override _final(done: (error?: Error | null) => void): void {
		this.#connection.sendData(this.#id, Buffer.alloc(0), fin, done);
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		if (!this.writableFinished) this.#connection.reset(this.#id);
		done(error);
	}
}

/**
 * The server's side of SPDY/3.1 as kubectl speaks it for exec and port-forward: the client opens streams, each is accepted
 * at once, and there is no flow control (github.com/moby/spdystream has none either).
 */
export class SpdyConnection {
	readonly #socket: Duplex;
	readonly #onStream: (stream: SpdyStream) => void;
	readonly #streams = new Map<number, SpdyStream>();
	readonly #inflate: Inflate;
	readonly #deflate: Deflate;
	readonly #ended = Promise.withResolvers<void>();
	#buffered: Buffer = Buffer.alloc(0);

	constructor(socket: Duplex, onStream: (stream: SpdyStream) => void) {
		this.#socket = socket;
		this.#onStream = onStream;
		const dictionary = spdyDictionary();
		this.#inflate = createInflate({dictionary, finishFlush: constants.Z_SYNC_FLUSH});
		this.#deflate = createDeflate({dictionary});
		void this.#run();
	}

	/** Resolves when the connection is over. */
	get ended(): Promise<void> {
		return this.#ended.promise;
	}

	/** Ends every stream and the connection under them. */
	close(): void {
		this.#socket.end();
	}

	/** Used by the streams: sends one data frame. */
	sendData(id: number, data: Buffer, flags: number, done: (error?: Error | null) => void): void {
		if (this.#socket.destroyed || !this.#socket.writable) {
			done(new Error('the connection is closed'));
			return;
		}
		const head = Buffer.alloc(8);
		head.writeUInt32BE(id & 0x7fffffff, 0);
		head.writeUInt32BE(data.length, 4);
		head[4] = flags;
		this.#socket.write(head);
		this.#socket.write(data, done);
	}

	/** Used by the streams: tells the client that a stream is broken. */
	reset(id: number): void {
		this.#streams.delete(id);
		const body = Buffer.alloc(8);
		body.writeUInt32BE(id, 0);
		body.writeUInt32BE(5, 4);
		this.#control(type.rstStream, body);
	}

	async #run() {
		try {
			for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
				this.#buffered = this.#buffered.length > 0 ? Buffer.concat([this.#buffered, chunk]) : chunk;
				await this.#readFrames();
			}
		} catch {
			// A broken connection ends as a closed one does.
		}
		for (const stream of this.#streams.values()) {
			stream.push(null);
			stream.destroy();
		}
		this.#streams.clear();
		this.#inflate.close();
		this.#deflate.close();
		this.#socket.destroy();
		this.#ended.resolve();
	}

	async #readFrames() {
		for (;;) {
			if (this.#buffered.length < 8) return;
			const length = this.#buffered.readUInt32BE(4) & 0xffffff;
			if (length > maxFrame) throw new Error('SPDY frame is too large');
			if (this.#buffered.length < 8 + length) return;
			const first = this.#buffered.readUInt32BE(0);
			const flags = this.#buffered[4]!;
			const body = Buffer.from(this.#buffered.subarray(8, 8 + length));
			this.#buffered = this.#buffered.subarray(8 + length);
			if (first >>> 31 === 1) await this.#onControl(first & 0xffff, flags, body);
			else this.#onData(first, flags, body);
		}
	}

	#onData(id: number, flags: number, body: Buffer) {
		const stream = this.#streams.get(id);
		if (!stream) return;
		if (body.length > 0) stream.push(body);
		if (flags & fin) stream.push(null);
	}

	async #onControl(kind: number, flags: number, body: Buffer) {
		if (kind === type.synStream) {
			const id = body.readUInt32BE(0) & 0x7fffffff;
			const headers = readHeaders(await this.#decompress(body.subarray(10)));
			const stream = new SpdyStream(this, id, headers);
			stream.on('error', () => {});
			stream.on('close', () => this.#streams.delete(id));
			this.#streams.set(id, stream);
			const reply = Buffer.alloc(4);
			reply.writeUInt32BE(id);
			// An empty block: a count of zero headers.
			this.#control(type.synReply, Buffer.concat([reply, await this.#compress(Buffer.alloc(4))]));
			if (flags & fin) stream.push(null);
			this.#onStream(stream);
		} else if (kind === type.rstStream) {
			const stream = this.#streams.get(body.readUInt32BE(0) & 0x7fffffff);
			stream?.push(null);
			stream?.destroy();
		} else if (kind === type.ping) {
			this.#control(type.ping, body);
		} else if (kind === type.goAway) {
			this.#socket.end();
		}
	}

	#control(kind: number, body: Buffer) {
		if (this.#socket.destroyed || !this.#socket.writable) return;
		const head = Buffer.alloc(8);
		head.writeUInt32BE(((0x8003 << 16) | kind) >>> 0, 0);
		head.writeUInt32BE(body.length, 4);
		this.#socket.write(Buffer.concat([head, body]));
	}

	#decompress(block: Buffer): Promise<Buffer> {
		return through(this.#inflate, block);
	}

	#compress(block: Buffer): Promise<Buffer> {
		return through(this.#deflate, block);
	}
}

/** Sends bytes through one zlib stream and flushes it, keeping its state for the next block. */
function through(zlib: Inflate | Deflate, block: Buffer): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		const collect = (chunk: Buffer) => chunks.push(chunk);
		const settle = () => {
			zlib.off('data', collect);
			zlib.off('error', reject);
		};
		zlib.on('data', collect);
		zlib.once('error', reject);
		zlib.write(block);
		zlib.flush(constants.Z_SYNC_FLUSH, () => {
			settle();
			resolve(Buffer.concat(chunks));
		});
	});
}

function readHeaders(block: Buffer): Record<string, string> {
	const headers: Record<string, string> = {};
	let at = 0;
	const text = () => {
		const length = block.readUInt32BE(at);
		at += 4 + length;
		return block.toString('utf8', at - length, at);
	};
	const count = block.readUInt32BE(0);
	at = 4;
	for (let i = 0; i < count; i++) headers[text().toLowerCase()] = text();
	return headers;
}
