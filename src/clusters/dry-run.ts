import {kubeRequest} from './kube-request.ts';

/** Why an API server would not take an object; `field` says where, as in `spec.ports[0].port`. */
type Refusal = {field: string; message: string};

type ApiResource = {
	name: string;
	singularName: string;
	kind: string;
	namespaced: boolean;
	shortNames?: string[];
	verbs: string[];
};

type Status = {message?: string; details?: {causes?: {field?: string; message?: string}[]}};

/** Questions to an API server about what it would take. */
export type ApiCheck = {
	/** What would be refused of an object; nothing of it is stored, except the namespace that it names. */
	dryRun(object: Record<string, unknown>): Promise<Refusal[]>;
	/** Whether there is a resource type of that name: plural, singular, short, and with its group as in `deployments.apps`. */
	hasType(name: string): Promise<boolean>;
};

/** Asks the server of a kubeconfig with inlined credentials. The functions throw what the connection throws. */
export function createApiCheck(kubeconfig: string, signal: AbortSignal): ApiCheck {
	const lists = new Map<string, Promise<ApiResource[] | undefined>>();
	const ask = async <T>(path: string, body?: unknown) => {
		const options = body === undefined ? {} : {method: 'POST', body: JSON.stringify(body)};
		const answer = await kubeRequest(kubeconfig, path, signal, options);
		return {status: answer.status, content: JSON.parse(answer.body) as T};
	};
	const resourcesOf = (apiVersion: string) => {
		const known =
			lists.get(apiVersion) ??
			ask<{resources: ApiResource[]}>(prefix(apiVersion)).then(({status, content}) =>
				status === 200 ? content.resources.filter(({name}) => !name.includes('/')) : undefined,
			);
		lists.set(apiVersion, known);
		return known;
	};
	let types: Promise<Set<string>> | undefined;
	const allTypes = async () => {
		const {content} = await ask<{groups: {name: string; versions: {groupVersion: string}[]}[]}>('/apis');
		const groups = [{name: '', versions: [{groupVersion: 'v1'}]}, ...content.groups];
		const names = new Set(['all']);
		for (const {name: group, versions} of groups) {
			for (const {groupVersion} of versions) {
				for (const {name, singularName, kind, shortNames = []} of (await resourcesOf(groupVersion)) ?? []) {
					const [, version = ''] = groupVersion.split('/');
					for (const word of [name, singularName || kind.toLowerCase(), kind.toLowerCase()]) {
						for (const form of group ? [word, `${word}.${group}`, `${word}.${version}.${group}`] : [word])
							names.add(form);
					}
					for (const short of shortNames) names.add(short);
				}
			}
		}
		return names;
	};

	return {
		async dryRun(object) {
			const {apiVersion, kind, metadata} = object as {
				apiVersion: string;
				kind: string;
				metadata?: {namespace?: string};
			};
			const resources = await resourcesOf(apiVersion);
			if (!resources) return [{field: 'apiVersion', message: `the API has no version "${apiVersion}"`}];
			const resource = resources.find(resource => resource.kind === kind);
			if (!resource) return [{field: 'kind', message: `the API has no kind "${kind}" in "${apiVersion}"`}];
			const namespace = metadata?.namespace ?? 'default';
			if (resource.namespaced && namespace !== 'default') {
				await ask('/api/v1/namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}});
			}
			const place = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
			const path = `${prefix(apiVersion)}${place}/${resource.name}?dryRun=All&fieldValidation=Strict`;
			const {status, content} = await ask<Status>(path, object);
			return status < 300 ? [] : refusals(content);
		},
		async hasType(name) {
			types ??= allTypes();
			return (await types).has(name.toLowerCase());
		},
	};
}

function prefix(apiVersion: string): string {
	return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** What a Status says, one refusal a field. */
function refusals({message = 'the API refuses it', details}: Status): Refusal[] {
	const causes = (details?.causes ?? []).filter(({field}) => field);
	if (causes.length > 0) {
		return causes.map(cause => ({field: cause.field!, message: `${cause.field}: ${cause.message}`}));
	}
	const strict = [...message.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)];
	if (strict.length > 0) return strict.map(([text, field = '']) => ({field, message: text}));
	// Go names the struct before the path, and leaves indices out.
	const field = /Go struct field \w+\.(\S+) of type/.exec(message)?.[1] ?? '';
	return [{field, message}];
}
