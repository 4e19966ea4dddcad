import {rmSync} from 'node:fs';
import {takeLock} from '../../state/lock.ts';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import type {Environment} from '../shell.ts';
import {changeNodes, NodesError, nodeContainers} from './kind-nodes.ts';
import {forgetKind, type KindPlace} from './kind-place.ts';
import {findKind} from './kind-program.ts';
import {isElsewhere, readKindRecord, writeKindRecord} from './kind-record.ts';
import {findRuntime, runtimeProblemText} from './kind-tools.ts';
import {quietAfter, removeKind} from './remove-kind.ts';
import {endOwnProcess} from './reuse-kind.ts';

export type StopKindOptions = {
	place: KindPlace;
	environment: Environment;
	command: string;
	/** Removes the cluster and everything in it. */
	remove: boolean;
	signal: AbortSignal;
	text: Text;
	note: (line: string) => void;
};

/**
 * Stops the containers of the lab's kind cluster, which keeps what is in it, or removes it; one that was never finished is
 * removed in any case. `none`: there is no such cluster. Throws UserError, and the reason of an aborted signal.
 */
export async function stopKind(
	options: StopKindOptions,
): Promise<{done: 'none' | 'stopped' | 'removed'; name: string}> {
	const {place, environment, command, remove, signal, text, note} = options;
	const taken = takeLock(place.lock, command);
	if ('holder' in taken) throw new UserError(text.cli.down.belongsToLab(taken.holder.command, taken.holder.pid));
	try {
		const record = readKindRecord(place, text, note);
		if (!record) {
			if (remove) forget(place);
			return {done: 'none', name: ''};
		}
		const {name} = record;
		await endOwnProcess(record);
		const {runtime, problem} = await findRuntime({environment, record, signal});
		if (problem) throw new UserError(runtimeProblemText(problem, {record, place, text}));
		const containers = await nodeContainers(runtime, name, signal);
		if (containers.length === 0 && isElsewhere(record, runtime)) {
			throw new UserError(text.clusters.kind.notHere(name, runtime.name, place.record));
		}
		if (!remove && record.phase === 'ready') {
			if (containers.length === 0) {
				forget(place);
				return {done: 'none', name};
			}
			const running = containers.filter(({state}) => state === 'running');
			await changeNodes(
				runtime,
				'stop',
				running.map(({name}) => name),
				signal,
			);
			return {done: 'stopped', name};
		}
		const {kind} = await findKind(environment, signal);
		// Whoever comes after an interrupt goes on with it.
		writeKindRecord(place.record, {...record, phase: 'removing', process: undefined});
		const quietMs = quietAfter(place.log);
		await removeKind({runtime, kind, name, kubeconfig: place.kubeconfig, quietMs, signal, text});
		forget(place);
		return {done: 'removed', name};
	} catch (error) {
		if (error instanceof NodesError) throw new UserError(text.clusters.kind.runtimeFailed(error.message));
		throw error;
	} finally {
		taken.lock.release();
	}
}

function forget(place: KindPlace): void {
	forgetKind(place);
	// What a detached `up` said.
	rmSync(`${place.folder}.log`, {force: true});
}
