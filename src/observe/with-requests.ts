import type {Observer} from './observer.ts';
import type {RequestRecorder} from './request-recorder.ts';
import type {Snapshot} from './snapshot.ts';

/** An observer whose snapshots also tell of the requests that were made; without a recorder the same observer. */
export function withRequests(
	observer: Observer,
	recorder: Pick<RequestRecorder, 'requests' | 'subscribe'> | undefined,
): Observer {
	if (!recorder) return observer;
	let made: {from: Snapshot; snapshot: Snapshot} | undefined;
	return {
		...observer,
		snapshot() {
			const from = observer.snapshot();
			const requests = recorder.requests();
			if (made?.from !== from || made.snapshot.requests !== requests) made = {from, snapshot: {...from, requests}};
			return made.snapshot;
		},
		subscribe(listener) {
			const stops = [observer.subscribe(listener), recorder.subscribe(listener)];
			return () => {
				for (const stop of stops) stop();
			};
		},
	};
}
