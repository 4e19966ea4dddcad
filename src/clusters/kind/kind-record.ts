import {DamageError, type JsonFormat, readJsonFile, writeJsonFile} from '../../state/json-file.ts';
import type {ProcessIdentity} from '../../state/process-identity.ts';
import type {Text} from '../../text/text.ts';
import type {ContainerRuntime, RuntimeName} from '../container-runtime.ts';
import type {KindPlace} from './kind-place.ts';

/** What is written down of the home's kind cluster before anything of it is made, so that a next start knows its remains. */
export type KindRecord = {
	name: string;
	runtime: RuntimeName;
	/** Which of the daemons by that name; empty where it has no identity. */
	daemon: string;
	/** Docker's context and DOCKER_HOST at the time: with another one the cluster would seem to be gone. */
	context?: string | undefined;
	dockerHost?: string | undefined;
	image: string;
	/** The names of its containers. */
	nodes: string[];
	/** `creating` until it has been ready once, so that nothing of a learner's can be in it. */
	phase: 'creating' | 'ready' | 'removing';
	/** The leader of the process group that is at work for it. */
	process?: ProcessIdentity | undefined;
	/** ms since 1970. */
	since: number;
};

const format: JsonFormat<KindRecord> = {
	version: 1,
	parse(content) {
		const {name, runtime, daemon, context, dockerHost, image, nodes, phase, process, since} = content;
		const isText = (value: unknown): value is string => typeof value === 'string';
		if (!isText(name) || !isText(image) || !Array.isArray(nodes) || !nodes.every(isText))
			throw new DamageError('content');
		if (runtime !== 'docker' && runtime !== 'podman' && runtime !== 'nerdctl') throw new DamageError('content');
		if (phase !== 'creating' && phase !== 'ready' && phase !== 'removing') throw new DamageError('content');
		return {
			name,
			runtime,
			daemon: isText(daemon) ? daemon : '',
			context: isText(context) ? context : undefined,
			dockerHost: isText(dockerHost) ? dockerHost : undefined,
			image,
			nodes,
			phase,
			process: identity(process),
			since: typeof since === 'number' ? since : 0,
		};
	},
};

function identity(value: unknown): ProcessIdentity | undefined {
	const {pid, started} = (value ?? {}) as Record<string, unknown>;
	return typeof pid === 'number' && typeof started === 'string' ? {pid, started} : undefined;
}

/** Reads the record of a kind cluster's folder; a damaged one is moved aside, told, and counts as none. */
export function readKindRecord(
	{record, prefix}: KindPlace,
	text: Text,
	note: (line: string) => void,
): KindRecord | undefined {
	const {value, damage} = readJsonFile(record, format);
	if (damage) {
		const {file, reason, movedTo} = damage;
		note(text.cli.damaged(file, text.cli.damageReasons[reason], movedTo));
		note(text.clusters.kind.forgotten(`${prefix}-…`));
	}
	return value;
}

/** Whether a cluster was made with another daemon than the one that answers now. */
export function isElsewhere({daemon}: KindRecord, {host}: ContainerRuntime): boolean {
	return daemon !== '' && host.id !== '' && daemon !== host.id;
}

/** Replaces the record. */
export function writeKindRecord(file: string, record: KindRecord): void {
	writeJsonFile(file, format.version, record);
}
