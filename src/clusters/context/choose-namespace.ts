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

/** What a choice of namespace depends on. */
export type PlanOptions = {
	frozen: FrozenContext;
	place: NamespacePlace;
	/** What is known from last time. */
	record: ContextRecord | undefined;
	/** A new one, whatever there is from last time. */
	fresh: boolean;
	text: Text;
};

/** Which namespace it will be, and what has to be confirmed before; nothing has been written by then. */
export type NamespacePlan = {
	/** The namespace of last time, or the one that was given to the user; without it a new one is made. */
	name?: string;
	assigned: boolean;
	question?: ContextQuestion;
};

/** Namespaces in which no lesson runs, whatever a context says. */
const systemNamespaces = /^kube-/;
const createNamespaces: Right = {verb: 'create', group: '', resource: 'namespaces', clusterWide: true};

/**
 * Plans to take up the namespace of last time, else to make one; where the user may not make any, the one that the context names is
 * theirs to use. A cluster is asked about when it is used for the first time, unless it is on this machine. Only reads. Throws
 * UserError, KubeApiError, and what the network threw.
 */
export async function planNamespace({frozen, place, record, fresh, text}: PlanOptions): Promise<NamespacePlan> {
	const known = record?.server === frozen.server && record.user === frozen.user;
	if (record && !record.assigned && (await isOwn(place, record.namespace))) {
		const question = known ? undefined : await questionFor(frozen, place, undefined);
		return {assigned: false, ...(!fresh && {name: record.namespace}), ...(question && {question})};
	}
	if (await mayDo(place.api, createNamespaces, '', place.signal)) {
		const question = known || isKnownLocal(frozen) ? undefined : await questionFor(frozen, place, undefined);
		return {assigned: false, ...(question && {question})};
	}
	const {namespace} = frozen;
	if (namespace === undefined || systemNamespaces.test(namespace))
		throw new UserError(text.context.noNamespace(frozen.name));
	const question = known && record?.namespace === namespace ? undefined : await questionFor(frozen, place, namespace);
	return {name: namespace, assigned: true, ...(question && {question})};
}

/**
 * Asks what the plan has to ask, and makes the namespace if that is the plan. `begun` hears of the choice before anything is written.
 * Throws UserError, KubeApiError, and what the network threw.
 */
export async function chooseNamespace(
	{name, assigned, question}: NamespacePlan,
	{frozen, place, text}: PlanOptions,
	confirm: (question: ContextQuestion) => Promise<boolean>,
	begun: (choice: {name: string; assigned: boolean}) => void,
): Promise<ChosenNamespace> {
	if (question && !(await confirm(question))) throw new UserError(text.context.notConfirmed(frozen.name));
	if (name !== undefined) {
		if (assigned) begun({name, assigned});
		return {name, assigned, made: false};
	}
	try {
		return {name: await makeNamespace(place, name => begun({name, assigned})), assigned, made: true};
	} catch (error) {
		// A policy may refuse what RBAC allows.
		if (isStatus(error, 403)) throw new UserError(text.context.namespaceRefused(frozen.name, (error as Error).message));
		throw error;
	}
}

async function questionFor(
	frozen: FrozenContext,
	place: NamespacePlace,
	assigned: string | undefined,
): Promise<ContextQuestion> {
	return {
		context: frozen.name,
		server: frozen.server,
		user: (await userOf(place.api, place.signal)) ?? frozen.user,
		...(assigned !== undefined && {assigned, objects: await countObjects(place, assigned)}),
	};
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
