import type {Timer} from '../clock.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {KubeEvent} from '../types.ts';

const lifetimeMs = 3_600_000;

/** Removes Events an hour after they were last written, as the API server's --event-ttl has etcd do. */
export function startEventExpiry({clock, store}: Simulation): Part {
	// A map keeps the order in which Events were last written, so the first is always the next to go.
	const waiting = new Map<string, {event: KubeEvent; at: number}>();
	let timer: Timer | undefined;

	const note = (event: KubeEvent, at: number) => {
		waiting.delete(event.metadata.uid!);
		waiting.set(event.metadata.uid!, {event, at});
		if (!timer) wait();
	};
	const wait = () => {
		const [next] = waiting.values();
		timer = next && clock.after(next.at - clock.now(), expire);
	};
	const expire = () => {
		for (const {event, at} of waiting.values()) {
			if (at > clock.now()) break;
			store.remove('events', event.metadata.namespace, event.metadata.name);
		}
		wait();
	};

	const lastWritten = ({lastTimestamp, eventTime, metadata}: KubeEvent) =>
		Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || clock.now();
	const known = [...store.list<KubeEvent>('events')].sort((a, b) => lastWritten(a) - lastWritten(b));
	for (const event of known) note(event, lastWritten(event) + lifetimeMs);
	const stopWatching = store.subscribe<KubeEvent>('events', ({type, object}) => {
		if (type === 'DELETED') waiting.delete(object.metadata.uid!);
		else note(object, clock.now() + lifetimeMs);
	});
	return {
		stop() {
			stopWatching();
			timer?.cancel();
		},
	};
}
