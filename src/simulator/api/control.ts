import type {IncomingMessage, ServerResponse} from 'node:http';
import {badRequest, StatusError} from '../errors.ts';
import {type ClockState, fastest, slowest} from '../pace.ts';
import {parseState, type SavedState, SavedStateError} from '../saved-state.ts';
import {readBody} from './body.ts';
import type {Server} from './context.ts';
import {requestUrl} from './request-info.ts';
import {sendJson, sendText} from './respond.ts';

/** What no real cluster lets anyone do: hold its time, and put its state back. */
export type Control = {
	clock(): ClockState;
	setSpeed(speed: number): void;
	/** Whether an object has changed. */
	step(): boolean;
	/** Calls back when the pace has been changed or a step been made. */
	subscribe(listener: () => void): () => void;
	state(): SavedState;
	/** Throws SavedStateError, and leaves everything as it is then. */
	restore(state: SavedState): void;
};

/** A saved state may be large; beyond this it could not be held as one text. */
const stateLimit = 256 * 1024 * 1024;

/** How often a watch of the clock hears of time that jumps, in real ms. */
const jumpMs = 100;

/**
 * Answers the paths that only the embedded cluster has:
 * GET, PUT /simulator/clock, POST /simulator/clock/step, GET, POST /simulator/state. Throws StatusError.
 */
export async function serveControl(
	server: Server,
	control: Control,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const {pathname, searchParams} = requestUrl(request);
	const method = request.method === 'HEAD' ? 'GET' : request.method;
	const allow = (...methods: string[]) => {
		if (methods.includes(method ?? '')) return;
		response.setHeader('Allow', methods.join(', '));
		throw new StatusError(405, 'MethodNotAllowed', `the server does not allow this method on ${pathname}`, {});
	};
	switch (pathname) {
		case '/simulator/clock':
			allow('GET', 'PUT');
			if (method === 'PUT') control.setSpeed(speedOf(await readBody(request)));
			else if (['1', 'true'].includes(searchParams.get('watch') ?? '')) return watchClock(server, control, response);
			return sendJson(response, 200, clockJson(control));
		case '/simulator/clock/step': {
			allow('POST');
			const changed = control.step();
			return sendJson(response, 200, clockJson(control, {changed}));
		}
		case '/simulator/state':
			allow('GET', 'POST');
			if (method === 'GET') return sendJson(response, 200, JSON.stringify(control.state()));
			try {
				control.restore(parseState((await readBody(request, stateLimit)).toString()));
			} catch (error) {
				if (!(error instanceof SavedStateError)) throw error;
				throw new StatusError(422, 'Invalid', error.message, {});
			}
			return sendJson(response, 200, clockJson(control));
		default:
			return sendText(response, 404, '404 page not found\n');
	}
}

/** Times as ISO 8601 with milliseconds; `next` is null when nothing is pending. */
function clockJson(control: Control, more: Record<string, unknown> = {}): string {
	const {now, speed, next} = control.clock();
	return JSON.stringify({
		now: new Date(now).toISOString(),
		speed: speed === Number.POSITIVE_INFINITY ? 'max' : speed,
		next: next === undefined ? null : new Date(next).toISOString(),
		...more,
	});
}

/** One line of JSON now, and one whenever the time does not pass any more as the last line says. */
function watchClock({realTime}: Server, control: Control, response: ServerResponse): void {
	response.writeHead(200, {'Content-Type': 'application/json'});
	let jumping: {cancel(): void} | undefined;
	const send = () => {
		jumping?.cancel();
		jumping = control.clock().speed === Number.POSITIVE_INFINITY ? realTime.after(jumpMs, send) : undefined;
		// A client that does not read misses what it would have overtaken anyway.
		if (!response.writableNeedDrain) response.write(`${clockJson(control)}\n`);
	};
	const unsubscribe = control.subscribe(send);
	const end = () => {
		unsubscribe();
		jumping?.cancel();
	};
	response.on('close', end);
	response.on('drain', send);
	send();
}

function speedOf(body: Buffer): number {
	let value: unknown;
	try {
		value = JSON.parse(body.toString());
	} catch (error) {
		throw badRequest(`the body must be JSON such as {"speed": 1}: ${(error as Error).message}`);
	}
	const speed = typeof value === 'object' && value !== null && 'speed' in value ? value.speed : undefined;
	if (speed === 'max') return Number.POSITIVE_INFINITY;
	if (speed === 0 || (typeof speed === 'number' && speed >= slowest && speed <= fastest)) return speed;
	throw badRequest(`speed must be 0 (paused), a number from ${slowest} to ${fastest}, or "max"`);
}
