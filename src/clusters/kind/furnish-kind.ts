import {UserError} from '../../text/user-error.ts';
import {gatewayImage} from '../gateway-config.ts';
import type {GatewayPod} from '../gateway-pod.ts';
import {hasFixedTag} from '../image-name.ts';
import {hasImage} from '../images.ts';
import {pullImage} from '../images-pull.ts';
import type {KindPlace} from './kind-place.ts';
import type {KindRecord} from './kind-record.ts';
import {type LessonImagesOptions, loadLessonImages} from './load-lesson-images.ts';
import type {StartProgress} from './start-progress.ts';

export type FurnishOptions = Omit<LessonImagesOptions, 'progress'> & {place: KindPlace};

/**
 * What a kind cluster gets while its nodes become ready, so that nobody waits for it longer than for them: images, and the
 * gateway. Its functions are called in this order, and may be handed on by themselves.
 */
export type Furnishing = {
	/** kind is at work on a new cluster: what can be fetched already, is. */
	ahead(): void;
	/** The nodes run containers. */
	begin(record: KindRecord): void;
	/** The nodes are ready, so Pods start. */
	nodesReady(): void;
	/** Waits until everything is there. Throws UserError, and the reason of an aborted signal. */
	finish(progress: StartProgress): Promise<GatewayPod>;
	/** Ends what is under way. */
	end(): Promise<void>;
};

/** Furnishes one cluster. */
export function furnishKind(options: FurnishOptions): Furnishing {
	const {place, tools, offline, text} = options;
	const ending = new AbortController();
	const signal = AbortSignal.any([options.signal, ending.signal]);
	const images = [gatewayImage, ...options.images];
	const nodes = Promise.withResolvers<void>();
	let shown: StartProgress | undefined;
	let fetched: Promise<void> | undefined;
	let loaded: Promise<void> | undefined;
	let gateway: Promise<GatewayPod> | undefined;

	async function fetch(): Promise<void> {
		for (const image of new Set(images.filter(hasFixedTag))) {
			if (await hasImage(tools.runtime, image, signal)) continue;
			try {
				await pullImage({runtime: tools.runtime, image, signal, text, progress: at => shown?.images(at)});
			} catch (error) {
				// It is tried once more when it is loaded, and told then.
				if (!(error instanceof UserError)) throw error;
			}
		}
	}

	async function load(record: KindRecord): Promise<void> {
		await fetched;
		await loadLessonImages(record, {...options, signal, progress: at => shown?.images(at)});
	}

	async function open(): Promise<GatewayPod> {
		const [{openGatewayPod}] = await Promise.all([import('../gateway-pod.ts'), loaded, nodes.promise]);
		signal.throwIfAborted();
		const opened = await openGatewayPod({
			kubeconfig: place.kubeconfig,
			namespace: 'default',
			podNamespace: 'endpoint-lab',
			image: gatewayImage,
			signal,
			text,
		});
		if (opened.problem) options.note(opened.problem);
		return opened;
	}

	return {
		ahead() {
			if (fetched) return;
			// Its Kubernetes client takes a while to load.
			void import('../gateway-pod.ts');
			fetched = offline ? Promise.resolve() : fetch();
			heard(fetched);
		},
		begin(record) {
			loaded = load(record);
			gateway = open();
			heard(loaded);
			heard(gateway);
		},
		nodesReady: nodes.resolve,
		async finish(progress) {
			shown = progress;
			progress.begin('lesson-images');
			await loaded;
			progress.begin('gateway');
			return await gateway!;
		},
		async end() {
			ending.abort();
			nodes.resolve();
			const opened = await Promise.allSettled([gateway, loaded, fetched]);
			if (opened[0].status === 'fulfilled') await opened[0].value?.close();
		},
	};
}

/** Failures are told by those who wait later, if they ever do. */
function heard(promise: Promise<unknown>): void {
	promise.catch(() => {});
}
