import {KubectlError, throwAll} from '../errors.ts';
import {dryRunOf, type Found, fileFlags, findObjects, mutationFlags, report} from '../mutation.ts';
import type {KubeObject} from '../objects.ts';
import type {Command, Session} from '../session.ts';
import {createObject} from './create.ts';

type Ports = {port: number; targetPort: number | string; protocol: string; name?: string}[];
type Spec = {
	selector?: Record<string, string> | {matchLabels?: Record<string, string>; matchExpressions?: unknown[]};
	ports?: {name?: string; port: number; protocol?: string}[];
	containers?: {ports?: {containerPort: number; protocol?: string}[]}[];
	template?: {spec?: Spec};
};

/** The labels that choose the object's Pods (polymorphichelpers/mapbasedselectorforobject.go). */
function selectorOf({resource, object}: Found): Record<string, string> {
	const spec = object.spec as Spec | undefined;
	if (resource.kind === 'Pod') {
		if (!object.metadata.labels) throw new KubectlError('the pod has no labels and cannot be exposed');
		return object.metadata.labels;
	}
	if (resource.kind === 'Service') {
		if (!spec?.selector) throw new KubectlError('the service has no pod selector set');
		return spec.selector as Record<string, string>;
	}
	if (resource.kind === 'Deployment' || resource.kind === 'ReplicaSet') {
		const selector = spec?.selector as {matchLabels?: Record<string, string>; matchExpressions?: unknown[]} | undefined;
		if (selector?.matchExpressions?.length)
			throw new KubectlError(
				`couldn't convert expressions - "${JSON.stringify(selector.matchExpressions)}" to map-based selector format`,
			);
		if (!selector?.matchLabels)
			throw new KubectlError(`invalid ${resource.kind.toLowerCase()}: no selectors, therefore cannot be exposed`);
		return selector.matchLabels;
	}
	throw new KubectlError(`cannot expose a ${resource.kind}`);
}

/** The ports that the object tells, with their protocols. */
function portsOf({resource, object}: Found): {port: number; protocol: string}[] {
	const spec = object.spec as Spec | undefined;
	if (resource.kind === 'Service') return (spec?.ports ?? []).map(({port, protocol = 'TCP'}) => ({port, protocol}));
	const pod = resource.kind === 'Pod' ? spec : spec?.template?.spec;
	return (pod?.containers ?? []).flatMap(({ports = []}) =>
		ports.map(({containerPort, protocol = 'TCP'}) => ({port: containerPort, protocol})),
	);
}

function servicePorts(session: Session, target: Found): Ports {
	const {flags} = session;
	const known = portsOf(target);
	const wanted = flags.text('port');
	if (wanted === '' && known.length === 0)
		throw new KubectlError("couldn't find port via --port flag or introspection");
	const numbers = wanted ? wanted.split(',').map(Number) : [...new Set(known.map(({port}) => port))];
	const target_ = flags.text('target-port');
	return numbers.map((port, index) => ({
		...(numbers.length > 1 && {name: `port-${index + 1}`}),
		port,
		protocol: flags.text('protocol') || known.find(one => one.port === port)?.protocol || 'TCP',
		targetPort: target_ === '' ? port : /^\d+$/.test(target_) ? Number(target_) : target_,
	}));
}

const parseLabels = (text: string) =>
	Object.fromEntries(
		text.split(',').map(pair => {
			const [key = '', value] = pair.split('=');
			if (value === undefined) throw new KubectlError(`unexpected label spec: ${pair}`);
			return [key, value];
		}),
	);

function serviceFor(session: Session, target: Found): KubeObject {
	const {flags} = session;
	const {name = '', labels} = target.object.metadata;
	const given = flags.text('labels');
	const selector = flags.text('selector');
	const type = flags.text('type');
	const own = given ? parseLabels(given) : labels;
	return {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: flags.text('name') || name, ...(own && {labels: own})},
		spec: {
			ports: servicePorts(session, target),
			selector: selector ? parseLabels(selector) : selectorOf(target),
			...(type && {type}),
			...(flags.text('cluster-ip') && {clusterIP: flags.text('cluster-ip')}),
			...(flags.text('external-ip') && {externalIPs: [flags.text('external-ip')]}),
			...(flags.text('load-balancer-ip') && {loadBalancerIP: flags.text('load-balancer-ip')}),
			...(flags.text('session-affinity') && {sessionAffinity: flags.text('session-affinity')}),
		},
		status: {loadBalancer: {}},
	};
}

/** `kubectl expose`. */
export const command: Command = {
	summary: 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
	usage:
		'kubectl expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]',
	flags: {
		...mutationFlags,
		...fileFlags,
		port: {type: 'text'},
		'target-port': {type: 'text'},
		protocol: {type: 'text'},
		name: {type: 'text'},
		type: {type: 'text'},
		labels: {type: 'text', short: 'l'},
		selector: {type: 'text'},
		'cluster-ip': {type: 'text'},
		'external-ip': {type: 'text'},
		'load-balancer-ip': {type: 'text'},
		'session-affinity': {type: 'text'},
		'save-config': {type: 'boolean'},
	},
	async run(session) {
		const {found, failures} = await findObjects(session, session.arguments, 'kubectl expose', {selects: false});
		for (const target of found) {
			try {
				const object = serviceFor(session, target);
				const namespace = target.namespace ?? session.namespace;
				if (dryRunOf(session) === 'client') {
					report(
						session,
						session.flags.given('namespace') ? {...object, metadata: {...object.metadata, namespace}} : object,
						'exposed',
					);
					continue;
				}
				const resource = (await session.discovery()).get('services');
				report(session, await createObject(session, {resource, namespace, object}, 'kubectl-expose'), 'exposed');
			} catch (error) {
				failures.push(error);
			}
		}
		throwAll(failures);
		return 0;
	},
};
