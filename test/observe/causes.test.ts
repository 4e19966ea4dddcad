import {describe, expect, test} from 'vitest';
import {causesOf} from '../../src/observe/causes.ts';
import type {TimelineEntry} from '../../src/observe/snapshot.ts';

const owner = 'web-5d5dd5db49';

/** A timeline, an entry a line: what, name, detail, and `*` for a Pod of the Deployment web. */
function timeline(...lines: string[]): TimelineEntry[] {
	return lines.map((line, at) => {
		const [what, name = '', ...rest] = line.split(' ');
		const owned = rest.includes('*');
		const detail = rest.filter(word => word !== '*').join(' ');
		const entry = {at, what: what as TimelineEntry['what'], name: what === 'command' ? line.slice(8) : name};
		return {...entry, ...(detail && what !== 'command' && {detail}), ...(owned && {owner})};
	});
}

/** `what name <- what name` for each entry with a cause. */
function told(entries: TimelineEntry[]): string[] {
	return Array.from(
		causesOf(entries),
		([effect, cause]) => `${effect.what} ${effect.name} <- ${cause.what} ${cause.name}`,
	);
}

describe('causes', () => {
	test('a deleted Pod: its address leaves, its replacement is scheduled, gets ready and joins', () => {
		const entries = timeline(
			'command kubectl delete pod a',
			'pod-terminating a 10.0.0.1 *',
			'endpoint-out svc 10.0.0.1:80',
			'pod-created b *',
			'pod-scheduled b node-1 *',
			'pod-gone a 10.0.0.1 *',
			'pod-ready b 10.0.0.2 *',
			'endpoint-in svc 10.0.0.2:80',
		);
		expect(told(entries)).toEqual([
			'pod-terminating a <- command kubectl delete pod a',
			'endpoint-out svc <- pod-terminating a',
			'pod-created b <- pod-terminating a',
			'pod-scheduled b <- pod-created b',
			'pod-gone a <- pod-terminating a',
			'pod-ready b <- pod-scheduled b',
			'endpoint-in svc <- pod-ready b',
		]);
	});

	test('each Pod that goes is replaced once, whatever a learner looks at meanwhile', () => {
		const entries = timeline(
			'command kubectl delete pod a b',
			'pod-terminating a 10.0.0.1 *',
			'pod-terminating b 10.0.0.2 *',
			'command kubectl get pods',
			'pod-created c *',
			'pod-created d *',
			'command kubectl scale deployment web --replicas=4',
			'deployment-changed web 4',
			'pod-created e *',
		);
		expect(told(entries).filter(line => line.startsWith('pod-created'))).toEqual([
			'pod-created c <- pod-terminating a',
			'pod-created d <- pod-terminating b',
			'pod-created e <- deployment-changed web',
		]);
	});

	test('scaled down, nobody replaces the Pods that go', () => {
		const entries = timeline(
			'command kubectl scale deployment web --replicas=1',
			'deployment-changed web 1',
			'pod-terminating a 10.0.0.1 *',
			'command kubectl delete pod b',
			'pod-terminating b 10.0.0.2 *',
			'pod-created c *',
		);
		expect(told(entries)).toContain('pod-terminating a <- deployment-changed web');
		expect(told(entries)).toContain('pod-terminating b <- command kubectl delete pod b');
		expect(told(entries)).toContain('pod-created c <- pod-terminating b');
	});

	test('a Service that changes, and a Pod that stops being ready', () => {
		const entries = timeline(
			'pod-ready a 10.0.0.1 *',
			'command kubectl set selector service svc app=other',
			'service-changed svc app=other',
			'endpoint-out svc 10.0.0.1:80',
			'pod-unready b fd00::2 *',
			'endpoint-out svc [fd00::2]:80',
		);
		expect(told(entries)).toEqual([
			'service-changed svc <- command kubectl set selector service svc app=other',
			'endpoint-out svc <- service-changed svc',
			'endpoint-out svc <- pod-unready b',
		]);
	});

	test('nothing is made up where the timeline does not tell', () => {
		expect(told(timeline('pod-unready a 10.0.0.1', 'endpoint-in svc 10.0.0.9:80', 'pod-scheduled x node'))).toEqual([]);
	});
});
