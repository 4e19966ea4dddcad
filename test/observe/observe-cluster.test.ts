import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {observeCluster} from '../../src/observe/observe-cluster.ts';
import type {Observer} from '../../src/observe/observer.ts';
import {realTime, type Time} from '../../src/observe/time.ts';
import {textIn} from '../../src/text/text.ts';
import {until} from '../until.ts';
import {type ScriptedServer, type Seen, startScriptedServer, testPod} from './scripted-server.ts';

let server: ScriptedServer;
let observer: Observer | undefined;

/** Real time, but waits between attempts are short: what is tested is what happens, not how long it takes. */
const hastyTime: Time = {...realTime, after: (ms, run) => realTime.after(Math.min(ms, 20), run)};

function open(time: Time = hastyTime): Observer {
	observer = observeCluster({
		cluster: {kubeconfig: server.kubeconfig, namespace: 'default'},
		text: textIn('en'),
		time,
	});
	return observer;
}

const live = () => observer?.status().state === 'live';
const podNames = () => observer?.snapshot().pods.map(({name}) => name);
const lists = (resource: string) => server.seen.filter(entry => entry.resource === resource && !entry.watch).length;

beforeEach(async () => {
	server = await startScriptedServer();
});

afterEach(async () => {
	await observer?.close();
	observer = undefined;
	await server.close();
});

describe('a live picture', () => {
	test('lists what is there, then follows what comes, changes and goes', async () => {
		server.objects.set('pods', [testPod('b', '10.0.0.2', '10'), testPod('a', '10.0.0.1', '11')]);
		open();
		await until(live);
		expect(podNames()).toEqual(['a', 'b']);
		expect(observer!.timeline()).toEqual([]);

		server.send('pods', 'ADDED', testPod('c', '10.0.0.3', server.next()));
		await until(() => podNames()?.length === 3);
		server.send('pods', 'DELETED', testPod('a', '10.0.0.1', server.next()));
		await until(() => podNames()?.length === 2);
		expect(podNames()).toEqual(['b', 'c']);
		expect(observer!.timeline().map(({what, name}) => `${what} ${name}`)).toEqual([
			'pod-created c',
			'pod-scheduled c',
			'pod-ready c',
			'pod-gone a',
		]);
	});

	test('asks for bookmarks and goes on from the latest one', async () => {
		open();
		await until(live);
		const first = server.seen.find(({resource, watch}) => resource === 'pods' && watch);
		expect(first?.query.get('allowWatchBookmarks')).toBe('true');
		expect(first?.query.get('resourceVersion')).toBe('100');
		server.send('pods', 'BOOKMARK', {metadata: {resourceVersion: '777'}});
		server.send('pods', 'ADDED', {...testPod('a', '10.0.0.1', '778')});
		await until(() => podNames()?.length === 1);
		server.endWatches('pods');
		const again = () => server.seen.filter(({resource, watch}) => resource === 'pods' && watch)[1];
		await until(() => again() !== undefined);
		expect(again()?.query.get('resourceVersion')).toBe('778');
		expect(lists('pods')).toBe(1);
	});

	test('changes reach listeners at most eight times a second, and none is lost', async () => {
		open(realTime);
		await until(live);
		let calls = 0;
		let told = 0;
		observer!.subscribe(() => {
			calls++;
			told = podNames()?.length ?? 0;
		});
		const start = performance.now();
		for (let index = 0; index < 60; index++) {
			server.send('pods', 'ADDED', testPod(`p${index}`, `10.0.1.${index}`, server.next()));
			await until(() => podNames()?.length === index + 1);
		}
		const elapsed = performance.now() - start;
		expect(calls).toBeLessThanOrEqual(2 + elapsed / 125);
		await until(() => told === 60);
	});

	test('a Pod replaced under the same name goes and comes', async () => {
		server.objects.set('pods', [testPod('web-0', '10.0.0.1', '10', 'first')]);
		open();
		await until(live);
		server.send('pods', 'MODIFIED', testPod('web-0', '10.0.0.9', server.next(), 'second'));
		await until(() => observer!.snapshot().pods[0]?.ip === '10.0.0.9');
		expect(observer!.timeline().map(({what}) => what)).toEqual([
			'pod-gone',
			'pod-created',
			'pod-scheduled',
			'pod-ready',
		]);
	});

	test('the deprecation warning of Endpoints reaches neither screen nor log', async () => {
		const written: unknown[] = [];
		const spies = [
			vi.spyOn(process.stderr, 'write').mockImplementation(text => written.push(text) > 0),
			vi.spyOn(process.stdout, 'write').mockImplementation(text => written.push(text) > 0),
			vi.spyOn(process, 'emitWarning').mockImplementation(text => void written.push(text)),
			...(['log', 'warn', 'error', 'info'] as const).map(name =>
				vi.spyOn(console, name).mockImplementation(text => void written.push(text)),
			),
		];
		open();
		await until(() => live() && lists('endpoints') === 1);
		for (const spy of spies) spy.mockRestore();
		expect(written).toEqual([]);
	});
});

describe('trouble', () => {
	test.each([
		['as the HTTP status of a watch', 'status'],
		['as an ERROR event', 'event'],
	])('410 Gone %s: lists again and misses nothing', async (_name, how) => {
		server.objects.set('pods', [testPod('a', '10.0.0.1', '10')]);
		open();
		await until(live);
		server.objects.set('pods', [testPod('b', '10.0.0.2', '20')]);
		if (how === 'event') {
			server.send('pods', 'ERROR', {kind: 'Status', code: 410, reason: 'Expired', message: 'too old'});
		} else {
			let refused = false;
			server.setIntercept(({resource, watch}, response) => {
				if (resource !== 'pods' || !watch || refused) return false;
				refused = true;
				response.writeHead(410).end();
				return true;
			});
			server.endWatches('pods');
		}
		await until(() => podNames()?.join() === 'b');
		expect(observer!.timeline().map(({what, name}) => `${what} ${name}`)).toEqual([
			'pod-gone a',
			'pod-created b',
			'pod-scheduled b',
			'pod-ready b',
		]);
		await until(live);
		expect(lists('pods')).toBe(2);
	});

	test('a refusal is told with the server’s own reason, and retried', async () => {
		let refuse = true;
		server.setIntercept(({resource}, response) => {
			if (resource !== 'services' || !refuse) return false;
			response.writeHead(403, {'Content-Type': 'application/json'});
			response.end(JSON.stringify({kind: 'Status', code: 403, message: 'services is forbidden'}));
			return true;
		});
		open();
		await until(() => observer?.status().state === 'retrying');
		expect(observer!.status().error).toBe(
			'The API server refuses to be watched (403: services is forbidden). Trying again …',
		);
		refuse = false;
		await until(live);
		expect(observer!.status().error).toBeUndefined();
	});

	test('a server that dies and returns is told about and found again', async () => {
		server.objects.set('pods', [testPod('a', '10.0.0.1', '10')]);
		open();
		await until(live);
		const {port} = server;
		await server.close();
		await until(() => observer?.status().state === 'retrying');
		expect(observer!.status().error).toMatch(/The cluster at http:\/\/127\.0\.0\.1:\d+ does not answer \(.+\)/);
		expect(podNames()).toEqual(['a']);

		server = await startScriptedServer(port);
		// It was restarted in another state, and no watch event ever tells of the difference.
		server.objects.set('pods', [testPod('b', '10.0.0.2', '5')]);
		await until(() => podNames()?.join() === 'b');
		await until(live);
		server.send('pods', 'ADDED', testPod('c', '10.0.0.3', server.next()));
		await until(() => podNames()?.length === 2);
	});

	test('closing during a list leaves no request and no watch', async () => {
		const held = holdAnswers(() => true);
		open();
		await until(() => held.open === 5);
		await observer!.close();
		await until(() => held.open === 0);
		server.setIntercept(undefined);
		const asked = server.seen.length;
		await new Promise(resolve => setImmediate(resolve));
		expect(server.seen.length).toBe(asked);
	});

	test('closing during the pause after a failure ends the loops at once', async () => {
		server.setIntercept((_seen, response) => {
			response.writeHead(500).end();
			return true;
		});
		// A pause that never ends by itself: only the abort can end it.
		open({...realTime, after: (ms, run) => (ms >= 100 ? () => {} : realTime.after(ms, run))});
		await until(() => server.seen.length === 5 && observer!.status().state === 'retrying');
		await observer!.close();
		expect(server.seen.length).toBe(5);
	});

	test('closing while a watch is being opened leaves no watch behind', async () => {
		const held = holdAnswers(({watch}) => watch);
		open();
		await until(() => held.open === 5);
		const closed = observer!.close();
		held.answer();
		await closed;
		await until(() => held.open === 0);
		expect(server.seen.filter(({watch}) => watch).length).toBe(5);
	});

	test('the outer signal ends everything as close does', async () => {
		const outer = new AbortController();
		observer = observeCluster({
			cluster: {kubeconfig: server.kubeconfig, namespace: 'default'},
			text: textIn('en'),
			time: hastyTime,
			signal: outer.signal,
		});
		await until(live);
		outer.abort();
		await observer.close();
		await until(() => server.openWatches('pods') === 0);
	});
});

/** Lets matching requests wait; `open` counts those whose connection still stands, `answer` begins a 200 on each. */
function holdAnswers(which: (seen: Seen) => boolean) {
	const answers: (() => void)[] = [];
	const held = {open: 0, answer: () => answers.forEach(answer => void answer())};
	server.setIntercept((seen, response) => {
		if (!which(seen)) return false;
		held.open++;
		response.on('close', () => held.open--);
		answers.push(() => response.writeHead(200).flushHeaders());
		return true;
	});
	return held;
}
