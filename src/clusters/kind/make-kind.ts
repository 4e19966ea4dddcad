import {rmSync} from 'node:fs';
import {processOf} from '../../state/process-identity.ts';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {pullImage} from '../images-pull.ts';
import {loadNodeImage, type OfflineImages} from '../offline-folder.ts';
import {awaitReady, type Missing} from './await-ready.ts';
import {type CreateFailure, createKind} from './create-kind.ts';
import type {Furnishing} from './furnish-kind.ts';
import {failedBefore, keepLogs} from './keep-logs.ts';
import {kindConfig} from './kind-config.ts';
import {forgetKind, type KindPlace, newKindName} from './kind-place.ts';
import {runKind} from './kind-program.ts';
import {type KindRecord, writeKindRecord} from './kind-record.ts';
import type {KindTools} from './kind-tools.ts';
import {quietAfter, removeKind} from './remove-kind.ts';
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
	/** What is done meanwhile. */
	furnishing: Furnishing;
	progress: StartProgress;
	signal: AbortSignal;
	text: Text;
	note: (line: string) => void;
};

/** ms for the nodes of a new cluster to be ready. */
const readyLimitMs = 180_000;
/** ms that the removal of a cluster may take that was not finished. */
const removeLimitMs = 300_000;

/**
 * Makes a kind cluster and waits until it is ready; its image is fetched before with `pull`. The record is written first. When
 * it fails or is cancelled nothing of it is left. Throws UserError, and the reason of an aborted signal.
 */
export async function makeKind(pull: boolean, options: MakeKindOptions): Promise<KindRecord> {
	const {place, tools, kind, image, furnishing, progress, signal, text} = options;
	const name = newKindName(place);
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
		daemon: tools.runtime.host.id,
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
		if (failure) throw await failed(failureText(failure, place, text), record, options);
		furnishing.begin(record);
		progress.begin('ready');
		const missing = await awaitReady(place.kubeconfig, record.nodes.length, {
			signal,
			limitMs: readyLimitMs,
			onTick: missing => progress.waiting(waitingText(missing, text)),
			onNodes: furnishing.nodesReady,
		});
		if (missing) throw await failed(text.clusters.kind.notReady(missingText(missing)), record, options);
		const ready: KindRecord = {...record, phase: 'ready'};
		writeKindRecord(place.record, ready);
		return ready;
	} catch (error) {
		await furnishing.end();
		await removeUnfinished(record, options);
		// Nobody wants to know why it did not come to be.
		if (signal.aborted) forgetKind(place);
		throw error;
	}
}

/**
 * Removes a cluster that was never ready, and its record, whether or not the lab is being ended: it takes its own time.
 * Throws UserError when something is left, and keeps the record then.
 */
export async function removeUnfinished(
	record: KindRecord,
	{place, tools, text, note}: Pick<MakeKindOptions, 'place' | 'tools' | 'text' | 'note'>,
): Promise<void> {
	note(text.clusters.kind.removing(record.name));
	writeKindRecord(place.record, {...record, phase: 'removing', process: undefined});
	const {name, nodes} = record;
	const signal = AbortSignal.timeout(removeLimitMs);
	try {
		await removeKind({...tools, name, kubeconfig: place.kubeconfig, quietMs: quietAfter(place.log), signal, text});
	} catch (error) {
		if (!signal.aborted) throw error;
		const byHand = `${tools.runtime.name} rm -f -v ${nodes.join(' ')}`;
		throw new UserError(text.clusters.kind.notRemoved(name, (signal.reason as Error).message, byHand));
	}
	rmSync(place.record, {force: true});
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
	{place, tools, furnishing, progress, signal}: MakeKindOptions,
): Promise<CreateFailure | undefined> {
	rmSync(place.kubeconfig, {force: true});
	rmSync(`${place.kubeconfig}.lock`, {force: true});
	rmSync(place.nodeLogs, {recursive: true, force: true});
	const retain = failedBefore(place.log);
	const failure = await createKind({
		...tools,
		name: record.name,
		image: record.image,
		config,
		kubeconfig: place.kubeconfig,
		log: place.log,
		retain,
		signal,
		onStart(pid) {
			writeKindRecord(place.record, {...record, process: processOf(pid)});
			furnishing.ahead();
		},
		onStep: progress.begin,
		onTick: progress.tick,
	});
	if (failure?.code !== 'locked') return failure;
	// The cluster is there; only its kubeconfig could not be written.
	rmSync(`${place.kubeconfig}.lock`, {force: true});
	const words = ['export', 'kubeconfig', '--name', record.name, '--kubeconfig', place.kubeconfig];
	return (await runKind(tools.kind, tools.runtime, words, {signal, limitMs: 30_000})).ok ? undefined : failure;
}

/** The error of a start that failed, with what its nodes have logged where there are any left. */
async function failed(
	message: string,
	{name}: KindRecord,
	{place, tools, signal, text, note}: MakeKindOptions,
): Promise<UserError> {
	const words = text.clusters.kind;
	const folder = place.nodeLogs;
	const kept = await keepLogs({tools, name, folder, signal, onStart: () => note(words.gatheringLogs(name))});
	return new UserError(kept ? words.logsKept(message, folder) : message);
}

function failureText({code, step, detail}: CreateFailure, {log}: KindPlace, text: Text): string {
	const words = text.clusters.kind;
	const at = step ? words.steps[step] : '';
	const why =
		code === 'stuck'
			? words.failures.stuck(at || 'kind')
			: code === 'unknown'
				? words.failures.unknown(detail)
				: words.failures[code];
	return words.failed(at, why, log);
}

/** What a cluster still lacks, as a list of words. */
export function missingText({server, nodes = [], absent, dns, account}: Missing): string {
	const names = [...nodes, absent && `nodes (${absent})`].filter(Boolean).join(', ');
	return [server, names, dns && 'deployment/coredns', account && 'serviceaccount/default'].filter(Boolean).join('; ');
}

/** The same in a few words, for a line of progress. */
export function waitingText({server, nodes = [], absent = 0, dns, account}: Missing, text: Text): string {
	const words = text.clusters.kind.lacks;
	const count = nodes.length + absent;
	return [
		server !== undefined && words.server,
		count > 0 && words.nodes(count),
		dns && words.dns,
		account && words.account,
	]
		.filter(Boolean)
		.join(words.between);
}
