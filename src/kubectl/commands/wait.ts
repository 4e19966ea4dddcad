import {isNotFound, KubectlError, throwAll} from '../errors.ts';
import {getObject} from '../fetch.ts';
import {type Found, fileFlags, findObjects, selectionFlags} from '../mutation.ts';
import type {KubeObject} from '../objects.ts';
import {valuesAt} from '../printers/jsonpath.ts';
import {nameOf} from '../printers/output.ts';
import {readTargets} from '../resource-arguments.ts';
import type {Command, Session} from '../session.ts';
import {watchUntil} from '../watch-until.ts';

type Goal = (object: KubeObject | undefined) => boolean;
type Condition = {type: string; status: string; observedGeneration?: number};

function conditionGoal(text: string): Goal {
	const [name = '', value = 'true'] = text.split('=');
	return object => {
		const conditions = (object?.status as {conditions?: Condition[]} | undefined)?.conditions ?? [];
		const found = conditions.find(({type}) => type.toLowerCase() === name.toLowerCase());
		if (!found || !object) return false;
		const generation = object.metadata.generation ?? 0;
		const observed = found.observedGeneration ?? (object.status as {observedGeneration?: number}).observedGeneration;
		if (observed !== undefined && observed < generation) return false;
		return found.status.toLowerCase() === value.toLowerCase();
	};
}

function jsonPathGoal(text: string): Goal {
	const match = /^('?)(\{[^}]*\}|[^=]*)\1(?:=(.*))?$/.exec(text);
	if (!match?.[2])
		throw new KubectlError(
			"jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
		);
	const values = valuesAt(match[2]);
	const wanted = match[3]?.replace(/^(['"])(.*)\1$/, '$2');
	return object => {
		if (!object) return false;
		const [value] = values(object);
		return value !== undefined && (wanted === undefined || String(value) === wanted);
	};
}

/** Reads --for. Throws on anything that it does not know. */
export function goalOf(text: string): Goal {
	const lower = text.toLowerCase();
	if (lower === 'delete') return object => object === undefined;
	if (lower === 'create') return object => object !== undefined;
	if (lower.startsWith('condition=')) return conditionGoal(text.slice('condition='.length));
	if (lower.startsWith('jsonpath=')) return jsonPathGoal(text.slice('jsonpath='.length));
	throw new KubectlError(`unrecognized condition: ${JSON.stringify(text)}`);
}

/** Names are waited for without being there yet when their creation is the goal. */
async function namedTargets(session: Session): Promise<Found[]> {
	const read = readTargets(await session.discovery(), session.arguments, 'kubectl wait');
	if (!read.named) throw new KubectlError('resource name must be provided');
	return read.targets.map(({resource, name}) => ({
		resource,
		namespace: resource.namespaced ? session.namespace : undefined,
		source: '',
		object: {
			apiVersion: resource.group ? `${resource.group}/${resource.version}` : resource.version,
			kind: resource.kind,
			metadata: {name},
		},
	}));
}

async function waitFor(
	session: Session,
	target: Found,
	{goal, deadline, deleting}: {goal: Goal; deadline: number | undefined; deleting: boolean},
) {
	const {resource, namespace, object} = target;
	const name = object.metadata.name!;
	const {uid} = object.metadata;
	let vanished = false;
	const look: Goal = now => {
		if (deleting) return now === undefined || now.metadata.uid !== uid;
		if (now === undefined && uid !== undefined) vanished = true;
		return vanished || goal(now);
	};
	const timeout = deadline === undefined ? undefined : Math.max(0, deadline - Date.now());
	const outcome = await watchUntil(session.client, {resource, namespace, name}, look, {timeout});
	if (vanished) {
		await getObject(session.client, resource, namespace, name).catch(error => {
			throw isNotFound(error) ? error : new KubectlError(`${resource.plural} "${name}" was deleted`);
		});
	}
	if (outcome === 'timeout') {
		const what = uid === undefined ? '' : ` on ${resource.plural}/${name}`;
		throw new KubectlError(`timed out waiting for the condition${what}`);
	}
	if (session.flags.text('output') === 'name') session.print(nameOf(object));
	else session.print(`${nameOf(object)} condition met`);
}

/** `kubectl wait`. */
export const command: Command = {
	summary: 'Wait for a specific condition on one or many resources',
	usage:
		"kubectl wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
	flags: {
		...fileFlags,
		...selectionFlags,
		output: {type: 'text', short: 'o'},
		for: {type: 'text'},
		timeout: {type: 'text', is: 'duration', initial: '30s'},
	},
	async run(session) {
		const {flags} = session;
		const wanted = flags.text('for').toLowerCase();
		const goal = goalOf(flags.text('for'));
		const limit = flags.duration('timeout') ?? 0;
		// 0 checks once, a negative time waits for a week (wait.go).
		const deadline = Date.now() + (limit < 0 ? 7 * 24 * 3600_000 : limit);
		if (wanted === 'create') {
			for (const target of await namedTargets(session))
				await waitFor(session, target, {goal, deadline, deleting: false});
			return 0;
		}
		const {found, failures} = await findObjects(session, session.arguments, 'kubectl wait');
		const deleting = wanted === 'delete';
		const left = failures.filter(error => !(deleting && isNotFound(error)));
		throwAll(left);
		if (found.length === 0 && !deleting) throw new KubectlError('no matching resources found');
		const missed: unknown[] = [];
		for (const target of found) {
			await waitFor(session, target, {goal, deadline, deleting}).catch(error => missed.push(error));
		}
		throwAll(missed);
		return 0;
	},
};
