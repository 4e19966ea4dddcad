import {describe, expect, test} from 'vitest';
import {causesOf} from '../../src/observe/causes.ts';
import type {TimelineEntry} from '../../src/observe/snapshot.ts';

/**
 * A timeline, an entry a line: what, name, detail, and in any order `*` for a Pod of the Deployment web's ReplicaSet (`*2` for
 * its second one), `of=UID` for another controller's, `pod=NAME` for what an address points to, `more=N` for a Deployment.
 */
function timeline(...lines: string[]): TimelineEntry[] {
	return lines.map((line, at) => {
		const [what, name = '', ...rest] = line.split(' ');
		if (what === 'command') return {at, what, name: line.slice(8)};
		const given = (start: string) => rest.find(word => word.startsWith(start))?.slice(start.length);
		const set = rest.find(word => word.startsWith('*'));
		const detail = rest.filter(word => !/^\*|^(of|pod|more)=/.test(word)).join(' ');
		return {
			at: at * 10_000,
			what: what as TimelineEntry['what'],
			name,
			...(detail && {detail}),
			...(set && {owner: `uid-web-${set}`, deployment: 'web'}),
			...(given('of=') && {owner: given('of=')}),
			...(given('pod=') && {pod: given('pod=')}),
			...(given('more=') && {more: Number(given('more='))}),
		};
	});
}

/** `what name <- what name` for each entry with a sure cause, `what name after what name` for the others. */
function told(...lines: string[]): string[] {
	return Array.from(
		causesOf(timeline(...lines)),
		([effect, {entry, sure}]) => `${effect.what} ${effect.name} ${sure ? '<-' : 'after'} ${entry.what} ${entry.name}`,
	);
}

describe('causes', () => {
	test('a deleted Pod: its address leaves, its replacement is scheduled, gets ready and joins', () => {
		expect(
			told(
				'command kubectl delete pod a',
				'pod-terminating a 10.0.0.1 *',
				'endpoint-out svc 10.0.0.1:80 pod=a',
				'pod-created b *',
				'pod-scheduled b node-1 *',
				'pod-gone a 10.0.0.1 *',
				'pod-ready b 10.0.0.2 *',
				'endpoint-in svc 10.0.0.2:80 pod=b',
			),
		).toEqual([
			'endpoint-out svc <- pod-terminating a',
			'pod-created b <- pod-terminating a',
			'pod-scheduled b <- pod-created b',
			'pod-gone a <- pod-terminating a',
			'pod-ready b <- pod-scheduled b',
			'endpoint-in svc <- pod-ready b',
		]);
	});

	test('each Pod that goes is replaced once; what is made beyond that is the scaled Deployment’s', () => {
		expect(
			told(
				'pod-terminating a 10.0.0.1 *',
				'pod-terminating b 10.0.0.2 *',
				'command kubectl get pods',
				'pod-created c *',
				'pod-created d *',
				'deployment-changed web 4 more=1',
				'pod-created e *',
				'pod-created f *',
			),
		).toEqual([
			'pod-created c <- pod-terminating a',
			'pod-created d <- pod-terminating b',
			'pod-created e <- deployment-changed web',
		]);
	});

	test('where a Pod has gone and more are wanted, it is not known which one the new Pod is for', () => {
		expect(
			told('pod-terminating a 10.0.0.1 *', 'deployment-changed web 4 more=1', 'pod-created b *', 'pod-created c *'),
		).toEqual(['pod-created b after deployment-changed web']);
	});

	test('scaled down, nobody replaces the Pods that go, and no more of them go for it than it asks', () => {
		expect(
			told(
				'deployment-changed web 1 more=-1',
				'pod-terminating a 10.0.0.1 *',
				'command kubectl delete pod b',
				'pod-terminating b 10.0.0.2 *',
				'pod-created c *',
			),
		).toEqual(['pod-terminating a <- deployment-changed web', 'pod-created c <- pod-terminating b']);
		expect(
			told('deployment-changed web 1 more=-1', 'command kubectl delete pod a', 'pod-terminating a 10.0.0.1 *'),
		).toEqual(['pod-terminating a after deployment-changed web']);
	});

	test('an updated Deployment has its new Pods made and the old ones deleted, and what is lost later is replaced', () => {
		expect(
			told(
				'pod-created a *',
				'deployment-updated web nginx:2 more=1',
				'pod-created b *2',
				'pod-terminating a 10.0.0.1 *',
				'pod-terminating b 10.0.0.2 *2',
				'pod-created c *2',
				// Back to the first ReplicaSet.
				'deployment-updated web nginx:1 more=1',
				'pod-created d *',
				'pod-terminating c 10.0.0.3 *2',
			),
		).toEqual([
			'pod-created b <- deployment-updated web',
			'pod-terminating a <- deployment-updated web',
			'pod-created c <- pod-terminating b',
			'pod-created d <- deployment-updated web',
			'pod-terminating c <- deployment-updated web',
		]);
	});

	test('a Deployment with the name of another one, or made anew, has nothing to do with the Pods of that', () => {
		expect(
			told(
				'deployment-created web 1 more=1',
				'deployment-created web-2 1 more=1',
				'pod-created a *',
				'deployment-gone web',
				'pod-terminating a 10.0.0.1 *',
				'deployment-created web 1 more=1',
				'pod-created b *2',
			),
		).toEqual([
			'pod-created a <- deployment-created web',
			'pod-terminating a <- deployment-gone web',
			'pod-created b <- deployment-created web',
		]);
	});

	test('nothing is sure of controllers whose wish is not known', () => {
		expect(told('pod-terminating a 10.0.0.1 of=x', 'pod-created b of=y', 'pod-created c of=x')).toEqual([
			'pod-created c after pod-terminating a',
		]);
	});

	test('a Pod whose labels no longer fit leaves its ReplicaSet and the Service, and is replaced', () => {
		expect(
			told(
				'pod-relabelled a app=other *',
				'endpoint-out svc 10.0.0.1:80 pod=a',
				'pod-released a web-1 *',
				'pod-created b *',
			),
		).toEqual([
			'endpoint-out svc <- pod-relabelled a',
			'pod-released a <- pod-relabelled a',
			'pod-created b <- pod-released a',
		]);
	});

	test('a Service that changes takes all of its addresses along, every port of them', () => {
		expect(
			told(
				'pod-ready a 10.0.0.1 *',
				'endpoint-in svc 10.0.0.1:80 pod=a',
				'service-changed svc app=other',
				'endpoint-out svc 10.0.0.1:80 pod=a',
				'endpoint-in svc 10.0.0.1:8080 pod=a',
			),
		).toEqual([
			'endpoint-in svc <- pod-ready a',
			'endpoint-out svc <- service-changed svc',
			'endpoint-in svc <- service-changed svc',
		]);
	});

	test('a new Service has the addresses of Pods that were ready before it, and of those that get ready after it', () => {
		expect(
			told(
				'pod-created a *',
				'pod-ready a 10.0.0.1 *',
				'service-created svc app=web',
				'endpoint-in svc 10.0.0.1:80 pod=a',
				'pod-created b *',
				'pod-ready b fd00::2 *',
				'endpoint-in svc [fd00::2]:80 pod=b',
				'pod-created c *',
				'endpoint-in svc 10.0.0.3:80 pod=c',
			),
		).toEqual([
			'pod-ready a <- pod-created a',
			'endpoint-in svc <- service-created svc',
			'pod-ready b <- pod-created b',
			'endpoint-in svc <- pod-ready b',
			// Its Pod is not known to be ready: that may be about to be heard of.
			'endpoint-in svc after service-created svc',
		]);
	});

	test('what happened before an address came or went last has nothing to do with it', () => {
		expect(
			told(
				'pod-unready a 10.0.0.1 *',
				'endpoint-out svc 10.0.0.1:80 pod=a',
				'pod-ready a 10.0.0.1 *',
				'endpoint-in svc 10.0.0.1:80 pod=a',
				'endpoint-out svc 10.0.0.1:80 pod=a',
			),
		).toEqual(['endpoint-out svc <- pod-unready a', 'endpoint-in svc <- pod-ready a']);
	});

	test('an address that is used again is not taken for that of the Pod before', () => {
		expect(told('pod-terminating a 10.0.0.1', 'endpoint-out svc 10.0.0.1:80 pod=b')).toEqual([]);
	});

	test('nothing is made up where the timeline does not tell', () => {
		expect(
			told(
				'service-created svc',
				'pod-unready a 10.0.0.1',
				'endpoint-in svc 10.0.0.9:80',
				'pod-scheduled x node',
				'pod-created y',
			),
		).toEqual([]);
	});
});
