import {rmSync} from 'node:fs';
import {processOf} from '../../state/process-identity.ts';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {pullImage} from '../images-pull.ts';
import {loadNodeImage, type OfflineImages} from '../offline-folder.ts';
import {awaitReady, type Missing} from './await-ready.ts';
import {type CreateFailure, createKind} from './create-kind.ts';
import {kindConfig} from './kind-config.ts';
import {nodeContainers} from './kind-nodes.ts';
import type {KindPlace} from './kind-place.ts';
import {runKind} from './kind-program.ts';
import {type KindRecord, writeKindRecord} from './kind-record.ts';
import type {KindTools} from './kind-tools.ts';
import {removeKind} from './remove-kind.ts';
import type {StartProgress} from './start-progress.ts';

/** What a learner may ask of a kind cluster that is made. */
export type KindOptions = {
	/** One node instead of three. */
	small?: boolean | undefined;
	/** The node image. */
	image?: string | undefined;
	/** A file with kind's configuration. */
	config?: string | undefined;
	/** A folder with images, made by `endpoint-lab prepare` for machines without a network. */
	offline?: string | undefined;
};

export type MakeKindOptions = {
	place: KindPlace;
	tools: KindTools;
	kind: KindOptions;
	/** The node image. */
	image: string;
	/** Where it and other images lie as files. */
	offline?: OfflineImages | undefined;
	progress: StartProgress;
	signal: AbortSignal;
	text: Text;
	note: (line: string) => void;
};

/** ms for the nodes of a new cluster to be ready. */
const readyLimitMs = 180_000;
/** ms that the removal of a cluster may take that was not finished. */
const removeLimitMs = 300_000;
/** See RemoveKindOptions; a client that was killed may have left work to the daemon. */
const afterKillMs = 1_000;

/**
 * Makes a kind cluster by the first of some names and waits until it is ready; its image is fetched before with `pull`. The
 * record is written first. When it fails or is cancelled nothing of it is left. Throws UserError, and the reason of an aborted
 * signal.
 */
export async function makeKind(names: readonly string[], pull: boolean, options: MakeKindOptions): Promise<KindRecord> {
	const {place, tools, kind, image, signal, text} = options;
	for (const [index, name] of names.entries()) {
		const config = kindConfig({
			name,
			image,
			small: kind.small ?? false,
			file: kind.config,
			cgroupVersion: tools.runtime.host.cgroupVersion,
			text,
		});
		if (config.overruled.length > 0) options.note(text.clusters.kind.config.overruled(config.overruled.join(', ')));
		const record: KindRecord = {
			name,
			runtime: tools.runtime.name,
			context: tools.runtime.context,
			dockerHost: tools.runtime.environment.DOCKER_HOST,
			image,
			nodes: config.nodes,
			phase: 'creating',
			since: Date.now(),
		};
		writeKindRecord(place.record, record);
		try {
			if (pull) await pullNodeImage(record, options);
			const failure = await create(record, config.yaml, options);
			if (failure?.code === 'exists' && index < names.length - 1) {
				rmSync(place.record, {force: true});
				continue;
			}
			if (failure) throw new UserError(failureText(failure, place, text));
			options.progress.begin('ready');
			const missing = await awaitReady(place.kubeconfig, record.nodes.length, {
				signal,
				limitMs: readyLimitMs,
				onTick: options.progress.tick,
			});
			if (missing) throw new UserError(text.clusters.kind.notReady(missingText(missing)));
			const ready: KindRecord = {...record, phase: 'ready'};
			writeKindRecord(place.record, ready);
			return ready;
		} catch (error) {
			// kind has ended by itself, and everything that it started with it, unless it was made to.
			await removeUnfinished(record, {...options, quietMs: signal.aborted ? afterKillMs : 0});
			throw error;
		}
	}
	throw new UserError(text.clusters.kind.nameTaken(names.join(', ')));
}

/**
 * Removes a cluster that was never ready, and its record, whether or not the lab is being ended: it takes its own time.
 * Throws UserError when something is left, and keeps the record then.
 */
export async function removeUnfinished(
	record: KindRecord,
	options: Pick<MakeKindOptions, 'place' | 'tools' | 'text' | 'note'> & {quietMs?: number},
): Promise<void> {
	const {place, tools, text, note, quietMs = afterKillMs} = options;
	note(text.clusters.kind.removing(record.name));
	writeKindRecord(place.record, {...record, phase: 'removing', process: undefined});
	await removeKind({
		...tools,
		name: record.name,
		kubeconfig: place.kubeconfig,
		quietMs,
		signal: AbortSignal.timeout(removeLimitMs),
		text,
	});
	rmSync(place.record, {force: true});
}

/**
 * The cluster's names from the first that no other cluster has; another home of the lab may own one like ours. Throws UserError
 * when there is none, and what nodeContainers throws.
 */
export async function freeNames({place, tools, signal, text}: MakeKindOptions): Promise<string[]> {
	for (const [index, name] of place.names.entries()) {
		if ((await nodeContainers(tools.runtime, name, signal)).length === 0) return place.names.slice(index);
	}
	throw new UserError(text.clusters.kind.nameTaken(place.names.join(', ')));
}

/** kind would pull without a sign of life, and in vain from a stick. */
async function pullNodeImage(record: KindRecord, options: MakeKindOptions): Promise<void> {
	const {tools, place, progress, signal, text} = options;
	// What is pulled can be told from what is left of it by the process that did.
	const runtime: typeof tools.runtime = {
		...tools.runtime,
		run: (args, call) =>
			tools.runtime.run(args, {
				...call,
				onStart: pid => writeKindRecord(place.record, {...record, process: processOf(pid)}),
			}),
	};
	progress.begin('pull');
	if (options.offline?.nodeImage === record.image) return await loadNodeImage(runtime, options.offline, signal, text);
	await pullImage({runtime, image: record.image, signal, text, progress: progress.images});
}

async function create(
	record: KindRecord,
	config: string,
	{place, tools, progress, signal}: MakeKindOptions,
): Promise<CreateFailure | undefined> {
	rmSync(place.kubeconfig, {force: true});
	rmSync(`${place.kubeconfig}.lock`, {force: true});
	const failure = await createKind({
		...tools,
		name: record.name,
		image: record.image,
		config,
		kubeconfig: place.kubeconfig,
		log: place.log,
		signal,
		onStart: pid => writeKindRecord(place.record, {...record, process: processOf(pid)}),
		onStep: progress.begin,
		onTick: progress.tick,
	});
	if (failure?.code !== 'locked') return failure;
	// The cluster is there; only its kubeconfig could not be written.
	rmSync(`${place.kubeconfig}.lock`, {force: true});
	const words = ['export', 'kubeconfig', '--name', record.name, '--kubeconfig', place.kubeconfig];
	return (await runKind(tools.kind, tools.runtime, words, {signal, limitMs: 30_000})).ok ? undefined : failure;
}

function failureText({code, step, detail}: CreateFailure, {log}: KindPlace, text: Text): string {
	const words = text.clusters.kind;
	const at = step ? words.steps[step] : '';
	const why = code === 'unknown' || code === 'stuck' ? words.failures[code](detail || at) : words.failures[code];
	return words.failed(at, why, log);
}

/** What a cluster still lacks, as a list of words. */
export function missingText({server, nodes, dns, account}: Missing): string {
	return [server, nodes?.join(', '), dns && 'deployment/coredns', account && 'serviceaccount/default']
		.filter(Boolean)
		.join('; ');
}
