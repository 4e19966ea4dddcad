import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {isStatus, type KubeApi} from '../kube-api.ts';
import type {ContextRecord} from './context-record.ts';
import {type FrozenContext, isKnownLocal} from './frozen-context.ts';
import {countObjects, isOwn, makeNamespace, type NamespacePlace} from './own-namespace.ts';
import {mayDo, type Right} from './rights.ts';

/** What the user is asked to confirm before anything is written to their cluster. */
export type ContextQuestion = {
	context: string;
	server: string;
	/** Who the user is there, as the server says it if it does. */
	user: string;
	/** The namespace that was given to them; without it the lab makes one of its own. */
	assigned?: string;
	/** How many objects are in that namespace already. */
	objects?: number;
};

/** The namespace in which lessons run. */
export type ChosenNamespace = {
	name: string;
	/** It was given to the user, and is not ours to delete. */
	assigned: boolean;
	/** It has been made just now. */
	made: boolean;
};

export type ChooseOptions = {
	frozen: FrozenContext;
	place: NamespacePlace;
	/** What is known from last time. */
	record: ContextRecord | undefined;
	/** A new one, whatever there is from last time. */
	fresh: boolean;
	text: Text;
	confirm: (question: ContextQuestion) => Promise<boolean>;
	/** Hears of each choice before anything is written. */
	begun: (choice: {name: string; assigned: boolean}) => void;
};

/** Namespaces in which no lesson runs, whatever a context says. */
const systemNamespaces = /^kube-/;
const createNamespaces: Right = {verb: 'create', group: '', resource: 'namespaces', clusterWide: true};

/**
 * Takes up the namespace of last time, else makes one; where the user may not make any, the one that the context names is theirs to
 * use. Asks before a cluster is used for the first time, unless it is on this machine. Throws UserError, KubeApiError, and what the
 * network threw.
 */
export async function chooseNamespace(options: ChooseOptions): Promise<ChosenNamespace> {
	const {frozen, place, record, fresh, text, begun} = options;
	const words = text.context;
	const known = record?.server === frozen.server && record.user === frozen.user;
	if (record && !record.assigned && (await isOwn(place, record.namespace))) {
		if (!known) await ask(options, undefined);
		if (!fresh) return {name: record.namespace, assigned: false, made: false};
		return await make(options);
	}
	if (await mayDo(place.api, createNamespaces, '', place.signal)) {
		if (!known && !isKnownLocal(frozen)) await ask(options, undefined);
		return await make(options);
	}
	const {namespace} = frozen;
	if (namespace === undefined || systemNamespaces.test(namespace)) throw new UserError(words.noNamespace(frozen.name));
	if (!known || record?.namespace !== namespace) await ask(options, namespace);
	begun({name: namespace, assigned: true});
	return {name: namespace, assigned: true, made: false};
}

async function make({place, begun, frozen, text}: ChooseOptions): Promise<ChosenNamespace> {
	try {
		const name = await makeNamespace(place, name => begun({name, assigned: false}));
		return {name, assigned: false, made: true};
	} catch (error) {
		// A policy may refuse what RBAC allows.
		if (isStatus(error, 403)) throw new UserError(text.context.namespaceRefused(frozen.name, (error as Error).message));
		throw error;
	}
}

async function ask({frozen, place, text, confirm}: ChooseOptions, assigned: string | undefined): Promise<void> {
	const {api, signal} = place;
	const question: ContextQuestion = {
		context: frozen.name,
		server: frozen.server,
		user: (await userOf(api, signal)) ?? frozen.user,
		...(assigned !== undefined && {assigned, objects: await countObjects(place, assigned)}),
	};
	if (!(await confirm(question))) throw new UserError(text.context.notConfirmed(frozen.name));
}

/** The user's name as the server knows it; an old server cannot tell. */
async function userOf(api: KubeApi, signal: AbortSignal): Promise<string | undefined> {
	const body = {apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'};
	const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
	try {
		const {status} = await api.ask<{status?: {userInfo?: {username?: string}}}>('POST', path, {body, signal});
		return status?.userInfo?.username;
	} catch {
		signal.throwIfAborted();
		return undefined;
	}
}
