import {request} from 'node:http';
import type {Text} from '../text/text.ts';
import type {ContainerRuntime} from './container-runtime.ts';
import {fullImageName} from './image-name.ts';
import type {ImageProgress} from './images.ts';
import {imageProblem, imageProblemIn} from './images-problem.ts';

export type PullOptions = {
	runtime: ContainerRuntime;
	image: string;
	/** As Go names it; the runtime's own without it. */
	architecture?: string | undefined;
	signal: AbortSignal;
	progress?: ((progress: ImageProgress) => void) | undefined;
	text: Text;
};

/**
 * Pulls an image. Docker's own API tells the bytes of each layer, the `pull` command without a terminal only its steps; it is
 * asked where the API cannot be reached or wants credentials, which the command has. Throws UserError.
 */
export async function pullImage(options: PullOptions): Promise<void> {
	const {runtime, image, signal, text} = options;
	const socket = await engineSocket(runtime, signal);
	const told = socket === undefined ? 'unreachable' : await pullOverSocket(socket, options);
	if (told === undefined) return;
	const code = told === 'unreachable' ? 'refused' : imageProblemIn(told);
	if (code !== 'refused' && code !== 'too-many-requests') throw imageProblem(image, told, text);
	await pullByCommand(options);
}

/** Where Docker's API listens on this machine: a socket's path or a Windows pipe's; undefined for any other place. */
async function engineSocket(runtime: ContainerRuntime, signal: AbortSignal): Promise<string | undefined> {
	if (runtime.name !== 'docker') return undefined;
	const named = runtime.environment.DOCKER_HOST;
	const host =
		named ||
		(await runtime.run(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], {signal})).stdout.trim();
	return /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
}

/** One line of the API's answer to a pull. */
type PullEvent = {id?: string; status?: string; progressDetail?: {current?: number; total?: number}; error?: string};

/** Pulls over Docker's API. Returns undefined when it is done, `unreachable`, or what the API says is wrong. */
async function pullOverSocket(socketPath: string, options: PullOptions): Promise<string | undefined> {
	const {image, architecture, signal, progress} = options;
	const query = new URLSearchParams({fromImage: fullImageName(image)});
	if (architecture) query.set('platform', `linux/${architecture}`);
	const {promise, resolve} = Promise.withResolvers<string | undefined>();
	const layers = new Map<string, {done: number; total: number}>();
	const call = request({socketPath, method: 'POST', path: `/images/create?${query}`, signal}, async response => {
		let problem: string | undefined;
		let rest = '';
		const hear = (line: string) => {
			const event = readEvent(line);
			if (event?.error) problem = event.error;
			else if (response.statusCode !== 200) problem = line;
			if (event) tellBytes(event, layers, image, progress);
		};
		try {
			for await (const chunk of response.setEncoding('utf8')) {
				const lines = `${rest}${chunk}`.split('\n');
				rest = lines.pop() ?? '';
				for (const line of lines) hear(line);
			}
			if (rest) hear(rest);
			resolve(problem);
		} catch (error) {
			resolve(problem ?? `connection reset (${(error as Error).message})`);
		}
	});
	call.once('error', () => resolve('unreachable'));
	call.end();
	const told = await promise;
	signal.throwIfAborted();
	return told;
}

function readEvent(line: string): PullEvent | undefined {
	try {
		return JSON.parse(line) as PullEvent;
	} catch {
		return undefined;
	}
}

function tellBytes(
	{id, status, progressDetail}: PullEvent,
	layers: Map<string, {done: number; total: number}>,
	image: string,
	progress: PullOptions['progress'],
): void {
	if (!id) return;
	const layer = layers.get(id) ?? {done: 0, total: 0};
	if (status === 'Downloading' && progressDetail?.total) {
		layers.set(id, {done: progressDetail.current ?? 0, total: progressDetail.total});
	} else if (/^(Download|Pull) complete$/.test(status ?? '')) {
		layers.set(id, {...layer, done: layer.total});
	} else {
		return;
	}
	let [done, total] = [0, 0];
	for (const each of layers.values()) {
		done += each.done;
		total += each.total;
	}
	if (total > 0) progress?.({phase: 'pull', image, done, total, unit: 'bytes'});
}

/** Pulls with the runtime's own command, which tells a layer's beginning and end a line. */
async function pullByCommand({runtime, image, architecture, signal, progress, text}: PullOptions): Promise<void> {
	const begun = new Set<string>();
	const ended = new Set<string>();
	const platform = architecture ? ['--platform', `linux/${architecture}`] : [];
	const {ok, stdout, stderr} = await runtime.run(['pull', ...platform, fullImageName(image)], {
		signal,
		onLine(line) {
			const layer = /^([0-9a-f]{12}): (.*)$/.exec(line);
			if (!layer) return;
			begun.add(layer[1]!);
			if (/^(Pull complete|Already exists)/.test(layer[2]!)) ended.add(layer[1]!);
			progress?.({phase: 'pull', image, done: ended.size, total: begun.size, unit: 'layers'});
		},
	});
	if (!ok) throw imageProblem(image, `${stdout}\n${stderr}`, text);
}
