import {existsSync} from 'node:fs';
import {access, constants, readdir, readFile, stat, statfs} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {contextPlace} from '../clusters/context/context-record.ts';
import {kindPlace} from '../clusters/kind/kind-place.ts';
import type {Environment} from '../clusters/shell.ts';
import {type Home, homeOf} from '../state/home.ts';
import {DamageError, errorCode, parseVersioned} from '../state/json-file.ts';
import {lockHolder} from '../state/lock.ts';
import type {HomeFacts} from './facts.ts';

/** Looks at the folder of the lab's state without making or mending it. */
export async function probeHome(environment: Environment): Promise<HomeFacts> {
	const home = homeOf(environment);
	const {folder} = home;
	const exists = existsSync(folder);
	const place = exists ? folder : nearestFolder(folder);
	const unwritable = await whyUnwritable(place);
	const readable = exists && !unwritable;
	const kind = kindPlace(home);
	const locks = [home.labLock, home.clusterLock, kind.lock];
	const kindCluster = readable ? lockHolder(kind.lock) : undefined;
	return {
		folder,
		exists,
		unwritable,
		open: readable && process.platform !== 'win32' && ((await stat(folder)).mode & 0o077) !== 0,
		free: await freeBytes(place),
		damaged: readable ? await damagedFiles(home) : [],
		staleLocks: readable ? locks.filter(file => existsSync(file) && !lockHolder(file)).map(file => basename(file)) : [],
		lab: readable ? lockHolder(home.labLock) : undefined,
		cluster: readable ? lockHolder(home.clusterLock) : undefined,
		kindCluster,
		context: readable ? await openContext(home) : undefined,
		kindUnfinished: readable && !kindCluster && isUnfinished(await readJson(kind.record)),
		remembered: readable ? clusterIn(await readJson(home.settings)) : undefined,
	};
}

/** The content of a versioned file, which stays where it is even if it is damaged; undefined then. */
async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
	try {
		return parseVersioned(await readFile(file, 'utf8'), {version: 1, parse: content => content});
	} catch {
		return undefined;
	}
}

/** The context that a process holds for this home. */
async function openContext(home: Home): Promise<string | undefined> {
	const folder = dirname(contextPlace(home, '').folder);
	for (const name of await readdir(folder).catch(() => [])) {
		const context = (await readJson(join(folder, name, 'record.json')))?.context;
		if (typeof context === 'string' && lockHolder(contextPlace(home, context).lock)) return context;
	}
	return undefined;
}

function isUnfinished(record: Record<string, unknown> | undefined): boolean {
	return record !== undefined && record.phase !== 'ready';
}

function clusterIn(settings: Record<string, unknown> | undefined): string | undefined {
	return typeof settings?.cluster === 'string' ? settings.cluster : undefined;
}

/** Bytes that this user may still write on the file system of a folder; undefined when there is no such folder. */
export async function freeBytes(folder: string): Promise<number | undefined> {
	try {
		const {bavail, bsize} = await statfs(folder);
		return bavail * bsize;
	} catch {
		return undefined;
	}
}

function nearestFolder(folder: string): string {
	const above = dirname(folder);
	return existsSync(above) || above === folder ? above : nearestFolder(above);
}

async function whyUnwritable(folder: string): Promise<string | undefined> {
	try {
		if (!(await stat(folder)).isDirectory()) return 'ENOTDIR';
		await access(folder, constants.W_OK | constants.X_OK);
		return undefined;
	} catch (error) {
		return errorCode(error) ?? String(error);
	}
}

async function damagedFiles({settings, history, trusted}: Home): Promise<HomeFacts['damaged']> {
	const damaged: HomeFacts['damaged'] = [];
	for (const file of [settings, history, trusted]) {
		try {
			parseVersioned(await readFile(file, 'utf8'), {version: 1, parse: content => content});
		} catch (error) {
			if (error instanceof DamageError) damaged.push({file, reason: error.reason});
		}
	}
	return damaged;
}
