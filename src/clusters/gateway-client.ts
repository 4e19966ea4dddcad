import {createHash} from 'node:crypto';
import {Agent, type IncomingHttpHeaders, type IncomingMessage, request} from 'node:http';
import type {Duplex} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import type {V1Pod} from '@kubernetes/client-node';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {gatewayName, gatewayPorts, gatewayScript, targetHeader} from './gateway-config.ts';
import {isStatus, type KubeApi, KubeApiError} from './kube-api.ts';
import {openPodTunnel} from './pod-tunnel.ts';

/** Where and how the Pods of a gateway are made. */
export type GatewayPlace = {
	api: KubeApi;
	/** The namespace of the Pods. */
	namespace: string;
	image: string;
	/** Labels that tell whose they are. */
	labels: Record<string, string>;
	/** Called before something is written; it throws when that must not be. */
	beforeWrite(): Promise<void>;
	text: Text;
	signal: AbortSignal;
};

/** One client of the gateway: a Pod of its own, and the connections to it. */
export type GatewayClient = {
	/** The search domains of its Pod. Rejects with UserError when the Pod does not start. */
	search(): Promise<string[]>;
	/** Sends a request from its Pod; `target` is HOST:PORT. Rejects like `search`, and when the connection breaks. */
	send(asked: GatewayRequest): Promise<IncomingMessage>;
	close(): Promise<void>;
};

type GatewayRequest = {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	target: string;
	body: Buffer;
	signal: AbortSignal;
};

/** By which the Pods of a gateway are found again. */
export const gatewayLabels = {'app.kubernetes.io/name': gatewayName};

/** How long a request waits for the Pod, ms; pulling the image may take longer, and then the next request finds it. */
const startLimit = 30_000;
/** How long nginx may take to answer, ms: a little more than its own limits. */
const answerLimit = 80_000;
const lookAgainAfter = 200;
/** After how long without an answer it is asked whether the Pod is still there, ms. */
const doubtAfter = 3_000;
/** How long a deleted Pod may take to go, ms: it has a second's grace, and the kubelet of a lost node never says that it is gone. */
const goneWithin = 6_000;
/** How long the Pod stays on a node that is lost, s; unless told otherwise it would be five minutes. */
const staysOnLostNode = 5;
/** Requests that may be sent twice when a connection dies under them. */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Container states that do not get better by waiting a moment. */
const stuck = /^(ErrImage|ImagePullBackOff|InvalidImageName|CreateContainer|CrashLoopBackOff|RunContainerError)/;

/** The Pod name of a client: what cannot stand in a name is left out, and a hash keeps such names apart. */
function gatewayPodName(client: string): string {
	if (client === '') return gatewayName;
	const plain = client
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-|-$/g, '')
		.slice(0, 30);
	if (plain === client) return `${gatewayName}-${plain}`;
	const hash = createHash('sha256').update(client).digest('hex').slice(0, 6);
	return [gatewayName, plain, hash].filter(Boolean).join('-');
}

/** A client of that name; its Pod is made when it is first needed, and again whenever it is gone. */
export function createGatewayClient(client: string, place: GatewayPlace): GatewayClient {
	const {api, namespace, text} = place;
	const pod = gatewayPodName(client);
	const path = `/api/v1/namespaces/${namespace}/pods`;
	const closing = new AbortController();
	const signal = AbortSignal.any([place.signal, closing.signal]);
	let made = false;
	let ready: Promise<void> | undefined;
	/** The Pod that runs, as far as is known. */
	let uid: string | undefined;
	let domains: Promise<string[]> | undefined;

	/** Makes the Pod if there is none, and waits until it runs. */
	const start = async () => {
		const until = Date.now() + startLimit;
		let going: number | undefined;
		for (;;) {
			signal.throwIfAborted();
			const found = await find();
			if (!found) await create();
			else if (found.metadata?.deletionTimestamp !== undefined) {
				going ??= Date.now();
				if (Date.now() - going > goneWithin) await remove({force: true});
			} else if (isLost(found)) await remove({force: true});
			else if (isOver(found) || !isOfThisVersion(found, place.image)) await remove();
			else if (found.status?.containerStatuses?.[0]?.state?.running) {
				uid = found.metadata?.uid;
				return;
			}
			const why = found && reasonOf(found);
			if (Date.now() > until || (why && stuck.test(why.reason)))
				throw new UserError(text.context.gateway.notStarted(pod, namespace, why?.sentence ?? ''));
			await delay(lookAgainAfter, undefined, {signal});
		}
	};
	const find = () =>
		api.ask<V1Pod>('GET', `${path}/${pod}`, {signal}).catch(error => {
			if (isStatus(error, 404)) return undefined;
			throw error;
		});
	const create = async () => {
		await place.beforeWrite();
		// From here on there may be one, even if its answer is never read.
		made = true;
		try {
			await api.ask('POST', path, {body: podOf(client, place), signal});
		} catch (error) {
			// Somebody was quicker, or one of that name is still going.
			if (!isStatus(error, 409)) throw error;
		}
	};
	/** `force` does not wait for the kubelet of its node. */
	const remove = async ({force = false, ended = signal} = {}) => {
		await place.beforeWrite();
		const query = force ? '?gracePeriodSeconds=0' : '';
		await api.ask('DELETE', `${path}/${pod}${query}`, {signal: ended}).catch(error => {
			if (!isStatus(error, 404)) throw error;
		});
	};
	const started = () => {
		if (ready) return ready;
		const starting = start().catch(error => {
			// A refusal stays one, however often it is asked for.
			if (error instanceof KubeApiError && error.status < 500)
				throw new UserError(text.context.gateway.failed(error.message));
			throw error;
		});
		starting.catch(() => {
			if (ready === starting) ready = undefined;
		});
		ready = starting;
		return starting;
	};
	let failing = false;
	let trial: Promise<void> | undefined;
	/** Opens a tunnel. After a failure one is tried at a time, for all that wait: others may need the API server too. */
	const openTunnel = async (port: number): Promise<Duplex> => {
		while (trial) await trial;
		const pause = failing ? delay(lookAgainAfter, undefined, {signal}) : undefined;
		const opening = Promise.resolve(pause).then(() => openPodTunnel({config: api.config, namespace, pod, port}));
		const settled = opening.then(
			() => {
				failing = false;
			},
			() => {
				failing = true;
			},
		);
		if (failing) {
			trial = settled.then(() => {
				trial = undefined;
			});
		}
		return await opening;
	};
	/** A connection into the Pod; a Pod that does not take it is looked at anew. */
	const connect = async (port: number): Promise<Duplex> => {
		const until = Date.now() + startLimit;
		for (;;) {
			await started();
			try {
				return await openTunnel(port);
			} catch (error) {
				ready = undefined;
				signal.throwIfAborted();
				if (Date.now() > until)
					throw new UserError(text.context.gateway.notReached(pod, namespace, (error as Error).message));
				await delay(lookAgainAfter, undefined, {signal});
			}
		}
	};
	const agent = new TunnelAgent(() => connect(gatewayPorts.requests));
	/** Whether the Pod is not there any more; then its connections are of no use, though nothing may have ended them. */
	const isGone = async () => {
		const asked = uid;
		// Who does not answer now says nothing about the Pod.
		const found = await find().catch(() => 'unknown' as const);
		if (found === 'unknown' || uid !== asked) return false;
		const {uid: present, deletionTimestamp} = found?.metadata ?? {};
		if (found && present === uid && deletionTimestamp === undefined && !isLost(found)) return false;
		agent.destroy();
		return true;
	};

	const once = (asked: Omit<GatewayRequest, 'target'>, via: Agent, target: string): Promise<IncomingMessage> =>
		new Promise((resolve, reject) => {
			const {method, path, headers, body} = asked;
			const asking = request({
				agent: via,
				method,
				path,
				signal: asked.signal,
				headers: {...headers, [targetHeader]: target, 'content-length': body.length},
				setHost: false,
			});
			// A connection may be dead without a word.
			const limit = setTimeout(() => asking.destroy(new Error('no answer')), answerLimit);
			const doubt = setInterval(async () => {
				if (await isGone()) asking.destroy(new Error(`the Pod ${pod} is gone`));
			}, doubtAfter);
			asking.on('response', resolve);
			asking.on('error', reject);
			asking.on('close', () => {
				clearTimeout(limit);
				clearInterval(doubt);
			});
			asking.end(body);
		});
	/** Repeats what a dying connection took along, until the limit. */
	const persistently = async (asked: Omit<GatewayRequest, 'target'>, via: () => Agent, target = '') => {
		const until = Date.now() + startLimit;
		for (;;) {
			try {
				return await once(asked, via(), target);
			} catch (error) {
				if (error instanceof UserError || asked.signal.aborted || signal.aborted) throw error;
				if (Date.now() > until || !repeatable.has(asked.method))
					throw new UserError(text.context.gateway.broken(pod, (error as Error).message));
				// The Pod may be gone, or nginx in it not up yet.
				ready = undefined;
				await delay(lookAgainAfter, undefined, {signal});
			}
		}
	};
	const ask = async () => {
		const asked = {method: 'GET', path: '/', headers: {host: 'gateway'}, body: Buffer.alloc(0), signal};
		const response = await persistently(asked, () => new TunnelAgent(() => connect(gatewayPorts.search), false));
		let answer = '';
		for await (const piece of response.setEncoding('utf8')) answer += piece;
		return answer.split(/\s+/).filter(Boolean);
	};

	return {
		search() {
			domains ??= ask();
			domains.catch(() => {
				domains = undefined;
			});
			return domains;
		},
		send: ({target, ...asked}) => persistently(asked, () => agent, target),
		async close() {
			closing.abort();
			agent.destroy();
			if (made) await remove({ended: AbortSignal.timeout(5_000)});
		},
	};
}

/** Sends requests over connections into a Pod, each used again while it lives. */
class TunnelAgent extends Agent {
	readonly #connect: () => Promise<Duplex>;

	constructor(connect: () => Promise<Duplex>, keepAlive = true) {
		super({keepAlive});
		this.#connect = connect;
	}

	override createConnection(
		_options: unknown,
		callback?: (error: Error | null, stream: Duplex) => void,
	): Duplex | null | undefined {
		this.#connect().then(
			stream => callback?.(null, stream),
			error => callback?.(error, undefined as unknown as Duplex),
		);
		return undefined;
	}
}

const versionAnnotation = 'endpoint-lab/gateway';
const version = (image: string) => createHash('sha256').update(`${image} ${gatewayScript}`).digest('hex').slice(0, 12);

const isOfThisVersion = ({metadata}: V1Pod, image: string) =>
	metadata?.annotations?.[versionAnnotation] === version(image);
/** The kubelet's last word was that it is ready; since then its node has been given up (node_lifecycle_controller.go). */
const isLost = ({status}: V1Pod) =>
	status?.containerStatuses?.[0]?.ready === true &&
	status.conditions?.some(({type, status}) => type === 'Ready' && status === 'False');
const isOver = ({status}: V1Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed';

function reasonOf({status}: V1Pod): {reason: string; sentence: string} {
	const waiting = status?.containerStatuses?.[0]?.state?.waiting;
	const unmet = status?.conditions?.find(({status}) => status === 'False');
	const {reason = '', message = ''} = waiting ?? unmet ?? {};
	return {reason, sentence: [reason, message].filter(Boolean).join(': ')};
}

function podOf(client: string, {image, labels}: GatewayPlace) {
	return {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {
			name: gatewayPodName(client),
			labels: {...labels, ...gatewayLabels},
			annotations: {
				[versionAnnotation]: version(image),
				'endpoint-lab/about':
					'endpoint-lab makes the requests of its gateway from here (curl my-service). It removes this Pod when it ends.',
			},
		},
		spec: {
			containers: [
				{
					name: 'gateway',
					image,
					imagePullPolicy: 'IfNotPresent',
					command: ['sh', '-c', gatewayScript],
					// Small, and said in full, since a namespace may have a quota.
					resources: {requests: {cpu: '10m', memory: '16Mi'}, limits: {cpu: '500m', memory: '64Mi'}},
					securityContext: {
						allowPrivilegeEscalation: false,
						capabilities: {drop: ['ALL']},
						readOnlyRootFilesystem: true,
					},
					volumeMounts: [{name: 'tmp', mountPath: '/tmp'}],
				},
			],
			volumes: [{name: 'tmp', emptyDir: {}}],
			tolerations: ['not-ready', 'unreachable'].map(state => ({
				key: `node.kubernetes.io/${state}`,
				operator: 'Exists',
				effect: 'NoExecute',
				tolerationSeconds: staysOnLostNode,
			})),
			// As the Pod Security Standard "restricted" demands it; 101 is the user nginx of the image.
			securityContext: {runAsNonRoot: true, runAsUser: 101, seccompProfile: {type: 'RuntimeDefault'}},
			nodeSelector: {'kubernetes.io/os': 'linux'},
			automountServiceAccountToken: false,
			enableServiceLinks: false,
			terminationGracePeriodSeconds: 1,
		},
	};
}
