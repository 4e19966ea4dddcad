import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {NodesError, nodeContainers} from './kind-nodes.ts';
import {runKind} from './kind-program.ts';
import type {KindTools} from './kind-tools.ts';

export type KeepLogsOptions = {
	tools: KindTools;
	/** The cluster's name. */
	name: string;
	/** Where the logs go. */
	folder: string;
	signal: AbortSignal;
	/** Called when there is something to gather, which takes a while. */
	onStart: () => void;
};

/** ms that kind may take to gather everything from nodes that may be half dead. */
const exportLimitMs = 120_000;

/**
 * Whether the last `kind create` failed, by what it wrote. kind then removes its nodes, and with them what they have logged, so
 * the next attempt has to keep them.
 */
export function failedBefore(log: string): boolean {
	return existsSync(log) && /^ERROR: /m.test(readFileSync(log, 'utf8'));
}

/**
 * Writes down what the nodes of a failed start have logged, where nodes are left. Returns whether there is anything to read.
 * Throws only the reason of an aborted signal.
 */
export async function keepLogs({tools, name, folder, signal, onStart}: KeepLogsOptions): Promise<boolean> {
	try {
		if ((await nodeContainers(tools.runtime, name, signal)).length === 0) return false;
	} catch (error) {
		if (error instanceof NodesError) return false;
		throw error;
	}
	onStart();
	const words = ['export', 'logs', folder, '--name', name];
	await runKind(tools.kind, tools.runtime, words, {signal, limitMs: exportLimitMs});
	// kind goes on after a node that cannot be asked, and counts as failed then.
	return existsSync(folder) && readdirSync(folder).length > 0;
}
