import {spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync, readSync} from 'node:fs';
import {StringDecoder} from 'node:string_decoder';
import {setTimeout as delay} from 'node:timers/promises';
import type {ContainerRuntime} from '../container-runtime.ts';
import {type KindFailureCode, kindFailureIn} from './kind-failure.ts';
import {type KindProgram, kindEnvironment} from './kind-program.ts';
import {type KindStep, readKindLine} from './kind-steps.ts';
import {endProcessGroup} from './process-group.ts';

export type CreateKindOptions = {
	kind: KindProgram;
	runtime: ContainerRuntime;
	name: string;
	image: string;
	/** kind's configuration, as YAML. */
	config: string;
	kubeconfig: string;
	/** File that gets everything kind says. */
	log: string;
	/** Leaves the nodes as they are when it fails, for their logs. */
	retain: boolean;
	signal: AbortSignal;
	/** Called with kind's process, which leads a group of its own, before it has done anything. */
	onStart: (pid: number) => void;
	onStep: (step: KindStep) => void;
	/** Called several times a second. */
	onTick: () => void;
};

/** Why kind has not made the cluster. `stuck`: it was ended because a step of it took far too long. */
export type CreateFailure = {code: KindFailureCode | 'stuck'; step: KindStep | undefined; detail: string};

/** ms after which a step counts as stuck; kubeadm itself gives up after four minutes. */
const stepLimitsMs: Partial<Record<KindStep, number>> = {
	image: 20 * 60_000,
	nodes: 90_000,
	configuration: 90_000,
	'control-plane': 6 * 60_000,
	network: 90_000,
	storage: 90_000,
	workers: 6 * 60_000,
};

/** ms until the first step begins; before it kind asks the runtime what there is. */
const firstStepLimitMs = 90_000;

const tickMs = 50;

/**
 * Runs `kind create cluster`. It writes to a file of its own rather than to a pipe, and Ctrl-C in the terminal does not reach
 * it: in both cases it would die on the spot and leave nodes half made. Returns why it failed, or nothing. Throws the reason
 * of an aborted signal, after kind and everything it started has ended; what it made is then still there.
 */
export async function createKind(options: CreateKindOptions): Promise<CreateFailure | undefined> {
	const {kind, runtime, name, image, config, kubeconfig, log, retain, signal, onStart, onStep, onTick} = options;
	signal.throwIfAborted();
	const file = openSync(log, 'w', 0o600);
	const words = ['create', 'cluster', '--name', name, '--config', '-', '--image', image, '--kubeconfig', kubeconfig];
	if (retain) words.push('--retain');
	// Not execa, which would put a pipe of ours between kind and the file.
	const child = spawn(kind.program, words, {
		env: kindEnvironment(runtime),
		stdio: ['pipe', 'ignore', file],
		detached: true,
		windowsHide: true,
	});
	closeSync(file);
	if (child.pid !== undefined) onStart(child.pid);
	let ended: {code: number | null; reason: string} | undefined;
	const end = new Promise<void>(resolve => {
		child.once('error', ({message}) => {
			ended ??= {code: null, reason: message};
			resolve();
		});
		child.once('exit', code => {
			ended ??= {code, reason: ''};
			resolve();
		});
	});
	const {stdin} = child;
	stdin?.on('error', () => {
		// It ended before it had read its configuration; why is in the log.
	});
	stdin?.end(config);
	const follow = followFile(log);
	let step: KindStep | undefined;
	let stepEnds = Date.now() + firstStepLimitMs;
	try {
		for (;;) {
			// Asked before the file is read, so that its end is read too.
			const over = ended !== undefined;
			for (const line of follow.lines()) {
				const told = readKindLine(line);
				if (told?.mark !== 'begun') continue;
				step = told.step;
				stepEnds = Date.now() + (stepLimitsMs[step] ?? Number.POSITIVE_INFINITY);
				onStep(step);
			}
			if (over) break;
			if (Date.now() > stepEnds) return {code: 'stuck', step, detail: ''};
			onTick();
			await Promise.race([delay(tickMs, undefined, {signal}), end]);
		}
	} finally {
		follow.close();
		if (!ended && child.pid !== undefined) {
			await endProcessGroup(child.pid);
			await end;
		}
	}
	if (ended?.code === 0) return undefined;
	const said = readFileSync(log, 'utf8');
	return {...kindFailureIn(said.trim() ? said : (ended?.reason ?? '')), step};
}

/** Reads a file that grows, line by line; a character may come in two pieces. */
function followFile(path: string): {lines(): string[]; close(): void} {
	const file = openSync(path, 'r');
	const buffer = Buffer.alloc(16_384);
	const decoder = new StringDecoder('utf8');
	let rest = '';
	return {
		lines() {
			for (;;) {
				const read = readSync(file, buffer);
				if (read === 0) break;
				rest += decoder.write(buffer.subarray(0, read));
			}
			const lines = rest.split('\n');
			rest = lines.pop() ?? '';
			return lines;
		},
		close: () => closeSync(file),
	};
}
