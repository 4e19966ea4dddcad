import {createHash, randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Home} from '../../state/home.ts';
import {DamageError, type JsonFormat, readJsonFile, writeJsonFile} from '../../state/json-file.ts';
import {isAlive, type ProcessIdentity, thisProcess} from '../../state/process-identity.ts';

/** What is kept of a context that lessons have run in; it is written before anything is made there. */
export type ContextRecord = {
	context: string;
	server: string;
	user: string;
	/** Who the server is, as serverIdentity says. */
	identity: string;
	namespace: string;
	/** The namespace was given to the user and is not ours to delete. */
	assigned: boolean;
};

/** A namespace that only lives as long as one process. */
type PassingNamespace = {namespace: string; process: ProcessIdentity};

const recordFormat: JsonFormat<ContextRecord> = {
	version: 1,
	parse({context, server, user, identity, namespace, assigned}) {
		const texts = [context, server, user, identity, namespace];
		if (!texts.every(value => typeof value === 'string') || typeof assigned !== 'boolean')
			throw new DamageError('content');
		return {context, server, user, identity, namespace, assigned} as ContextRecord;
	},
};

const passingFormat: JsonFormat<PassingNamespace> = {
	version: 1,
	parse({namespace, process}) {
		const {pid, started} = (process ?? {}) as Partial<ProcessIdentity>;
		if (typeof namespace !== 'string' || typeof pid !== 'number' || typeof started !== 'string')
			throw new DamageError('content');
		return {namespace, process: {pid, started}};
	},
};

const ownerFormat: JsonFormat<string> = {
	version: 1,
	parse({id}) {
		if (typeof id !== 'string' || !/^[0-9a-f]{16}$/.test(id)) throw new DamageError('content');
		return id;
	},
};

/** The places in the home where a context's things lie. */
export type ContextPlace = {
	folder: string;
	/** The frozen kubeconfig, which is there only while a process uses it. */
	kubeconfig: string;
	lock: string;
	record: string;
};

const contextsFolder = (home: Home) => join(home.folder, 'contexts');

/** The folder of one context: its name as far as a file can have it, and a hash that tells alike names apart. */
export function contextPlace(home: Home, context: string): ContextPlace {
	const plain = context.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 40);
	const hash = createHash('sha256').update(context).digest('hex').slice(0, 8);
	const folder = join(contextsFolder(home), `${plain}-${hash}`);
	return {
		folder,
		kubeconfig: join(folder, 'kubeconfig'),
		lock: join(folder, 'lock.json'),
		record: join(folder, 'record.json'),
	};
}

/** What is known of a context; a damaged record is moved aside and counts as none. */
export const readRecord = (place: ContextPlace): ContextRecord | undefined =>
	readJsonFile(place.record, recordFormat).value;

/** Remembers a context, before anything is made in its cluster. */
export const writeRecord = (place: ContextPlace, record: ContextRecord): void =>
	writeJsonFile(place.record, recordFormat.version, record);

/** All contexts that this home knows. */
export function contextRecords(home: Home): ContextRecord[] {
	const folder = contextsFolder(home);
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.map(name => readJsonFile(join(folder, name, 'record.json'), recordFormat).value)
		.filter(record => record !== undefined);
}

/** The name of this home in clusters: 16 hexadecimal digits, drawn once. */
export function ownerId(home: Home): string {
	const file = join(home.folder, 'owner.json');
	const known = readJsonFile(file, ownerFormat).value;
	if (known) return known;
	const id = randomBytes(8).toString('hex');
	try {
		// Of two labs that start at once the first decides.
		writeFileSync(file, `${JSON.stringify({version: ownerFormat.version, id})}\n`, {flag: 'wx', mode: 0o600});
		return id;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		return readJsonFile(file, ownerFormat).value ?? ownerId(home);
	}
}

/** Remembers a namespace of this process, before it is made. Returns how to forget it. */
export function rememberPassing(place: ContextPlace, namespace: string): () => void {
	const file = join(place.folder, `passing-${namespace}.json`);
	writeJsonFile(file, passingFormat.version, {namespace, process: thisProcess()});
	return () => rmSync(file, {force: true});
}

/** The namespaces of processes that are gone, each with how to forget it; those of living ones are named in `living`. */
export function passingNamespaces(place: ContextPlace) {
	const left: {namespace: string; forget(): void}[] = [];
	const living: string[] = [];
	mkdirSync(place.folder, {recursive: true, mode: 0o700});
	for (const name of readdirSync(place.folder).filter(name => /^passing-.*\.json$/.test(name))) {
		const file = join(place.folder, name);
		const {value} = readJsonFile(file, passingFormat);
		if (!value) continue;
		if (isAlive(value.process)) living.push(value.namespace);
		else left.push({namespace: value.namespace, forget: () => rmSync(file, {force: true})});
	}
	return {left, living};
}

/** Forgets a context: everything that this home keeps of it. */
export const forgetContext = (place: ContextPlace): void => rmSync(place.folder, {recursive: true, force: true});
