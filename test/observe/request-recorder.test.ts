import {execFile} from 'node:child_process';
import {createServer} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {afterEach, expect, test} from 'vitest';
import {failedRequests} from '../../src/observe/request-counts.ts';
import {startRequestRecorder} from '../../src/observe/request-recorder.ts';
import {realTime, type Time} from '../../src/observe/time.ts';
import {startGateway} from '../../src/simulator/network/gateway.ts';
import {handDrivenTime} from '../engine/hand-driven.ts';
import {createLab} from '../simulator/node/lab.ts';
import {until} from '../until.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
	for (const run of cleanUp.splice(0).reverse()) await run();
});

/** A simulated cluster with one Pod behind my-service and none behind empty, its gateway, and a recorder before it. */
async function withRecorder({time = realTime, speed}: {time?: Time; speed?: number} = {}) {
	const lab = createLab();
	lab.pod('my-pod', {}, {labels: {app: 'my-service'}});
	lab.service('my-service');
	lab.service('empty');
	lab.advance(3000);
	const gateway = await startGateway({network: lab.network});
	const recorder = await startRequestRecorder({gateway: gateway.url, time, speed});
	cleanUp.push(lab.stop, gateway.close, recorder.close);
	return {recorder, gateway, address: `${lab.get('my-pod').status.podIP}:80`};
}

/** The real curl, as a learner types it. */
const curl = (proxy: string, ...words: string[]) =>
	new Promise<{code: number; out: string}>(resolve => {
		const environment = {...process.env, http_proxy: proxy, HTTP_PROXY: undefined, no_proxy: '127.0.0.1,localhost'};
		execFile('curl', words, {env: environment}, (error, stdout, stderr) =>
			resolve({code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr}),
		);
	});

test("a learner's own curl is counted, by who asked and who answered", async () => {
	const {recorder, address} = await withRecorder();
	await curl(recorder.url, '-s', '-U', 'a:', 'my-service');
	await curl(recorder.url, '-s', '-U', 'a:', 'my-service/elsewhere');
	await curl(recorder.url, '-s', '-U', 'b:', 'my-service.default');
	await curl(recorder.url, '-s', 'my-service');
	const {total, counts, recent} = recorder.requests();
	expect(total).toBe(4);
	expect(counts.map(({host, client, address, count}) => [host, client, address, count])).toEqual([
		['my-service', 'a', address, 2],
		['my-service.default', 'b', address, 1],
		['my-service', '', address, 1],
	]);
	expect(recent.map(({number, client}) => [number, client])).toEqual([
		[1, 'a'],
		[2, 'a'],
		[3, 'b'],
		[4, ''],
	]);
});

test('curl gets the same answer through the recorder as from the gateway itself', async () => {
	const {recorder, gateway} = await withRecorder();
	const undated = (text: string) => text.replace(/^Date:.*\r\n/m, '');
	for (const words of [
		['-si', 'my-service'],
		['-sI', 'my-service'],
		['-si', '-d', 'x=1', 'my-service'],
		['-si', 'empty'],
	]) {
		const [through, direct] = [await curl(recorder.url, ...words), await curl(gateway.url, ...words)];
		const kept = (text: string) => undated(text).replace(/^(Connection|Keep-Alive):.*\r\n/gim, '');
		expect(kept(through.out)).toBe(kept(direct.out));
		expect(through.code).toBe(direct.code);
	}
});

test('a request that nobody takes counts as failed, with the reason', async () => {
	const {recorder} = await withRecorder();
	await curl(recorder.url, '-s', 'empty');
	await curl(recorder.url, '-s', 'nobody-of-that-name');
	const view = recorder.requests();
	expect(failedRequests(view)).toBe(2);
	expect(view.counts.map(({failure, address}) => [failure, address])).toEqual([
		['refused', ''],
		['unknown-host', ''],
	]);
	expect(view.counts[0]!.detail).toMatch(/^connect to empty \(.*\) port 80 failed: Connection refused$/);
	expect(view.counts[1]!.detail).toBe('Could not resolve host: nobody-of-that-name');
});

test('an answer of 5xx counts as failed, one of 404 does not', async () => {
	const server = createServer((request, response) => {
		response
			.writeHead(request.url?.endsWith('/missing') ? 404 : 503, {'Endpoint-Lab-Answered-By': '10.0.0.1:80'})
			.end();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	cleanUp.push(() => server.close());
	const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const recorder = await startRequestRecorder({gateway, time: realTime});
	cleanUp.push(recorder.close);
	await curl(recorder.url, '-s', 'web/missing');
	await curl(recorder.url, '-s', 'web');
	expect(recorder.requests().counts).toEqual([
		{host: 'web', client: '', address: '10.0.0.1:80', failure: undefined, detail: undefined, count: 1},
		{host: 'web', client: '', address: '10.0.0.1:80', failure: 'status', detail: 'HTTP 503', count: 1},
	]);
});

test('a gateway that is gone is told to curl and counted', async () => {
	const {recorder, gateway} = await withRecorder();
	await gateway.close();
	const {out} = await curl(recorder.url, '-si', 'my-service');
	expect(out).toMatch(/^HTTP\/1.1 502 Bad Gateway/);
	expect(recorder.requests().counts).toMatchObject([{failure: 'gateway', count: 1}]);
});

test('a request that its client gives up is not counted', async () => {
	let asked = () => {};
	let left = () => {};
	const [arrival, leaving] = [new Promise<void>(resolve => (asked = resolve)), new Promise<void>(r => (left = r))];
	const server = createServer((_request, response) => {
		response.on('close', left);
		asked();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	cleanUp.push(() => server.close());
	const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const recorder = await startRequestRecorder({gateway, time: realTime});
	cleanUp.push(recorder.close);
	const socket = connect(Number(new URL(recorder.url).port), '127.0.0.1');
	socket.write('GET http://web/ HTTP/1.1\r\nHost: web\r\n\r\n');
	await arrival;
	socket.destroy();
	await leaving;
	expect(recorder.requests().total).toBe(0);
});

test('the trickle sends as many requests as it was asked for, and none once it is over', async () => {
	const time = handDrivenTime();
	const {recorder, address} = await withRecorder({time});
	const total = (count: number) => until(() => recorder.requests().total === count);
	recorder.trickle({url: 'http://my-service/', perSecond: 4});
	time.move(0);
	await total(1);
	for (const count of [2, 3, 4, 5]) {
		time.move(249);
		expect(recorder.requests().total).toBe(count - 1);
		time.move(1);
		await total(count);
	}
	// Asked for again it goes on as it does.
	recorder.trickle({url: 'http://my-service/', perSecond: 4});
	time.move(249);
	recorder.trickle(undefined);
	time.move(10_000);
	await curl(recorder.url, '-s', '-U', 'a:', 'my-service');
	expect(recorder.requests().counts).toMatchObject([
		{host: 'my-service', client: 'trickle', address, count: 5},
		{client: 'a', count: 1},
	]);
});

test("the trickle keeps step with the cluster's time, and stands still with it", async () => {
	const time = handDrivenTime();
	const {recorder} = await withRecorder({time, speed: 10});
	const total = (count: number) => until(() => recorder.requests().total === count);
	recorder.trickle({url: 'http://my-service/', perSecond: 4});
	time.move(0);
	time.move(25);
	await total(2);
	recorder.setSpeed(0.5);
	time.move(499);
	expect(recorder.requests().total).toBe(2);
	time.move(1);
	await total(3);
	recorder.setSpeed(0);
	time.move(60_000);
	await curl(recorder.url, '-s', 'my-service');
	expect(recorder.requests().total).toBe(4);
	recorder.setSpeed(Number.POSITIVE_INFINITY);
	time.move(13);
	await total(5);
});

test('what is lost while a cluster comes up again does not count', async () => {
	const time = handDrivenTime();
	let refusing = true;
	let arrived = 0;
	const server = createServer((request, response) => {
		if (request.url?.includes('web')) arrived++;
		response.writeHead(refusing ? 502 : 200).end();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	cleanUp.push(() => server.close());
	const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const recorder = await startRequestRecorder({gateway, time});
	cleanUp.push(recorder.close);
	recorder.trickle({url: 'http://web/', perSecond: 10, settle: true});
	const send = async (times: number) => {
		for (let index = 0; index < times; index++) {
			const before = arrived;
			time.move(100);
			await until(() => arrived === before + 1);
			// An answer to curl, sent after it, shows that the trickle's has been heard.
			await curl(recorder.url, '-s', 'other');
		}
	};
	const counted = () => recorder.requests().counts.filter(({host}) => host === 'web');
	await send(5);
	refusing = false;
	await send(9);
	expect(counted()).toEqual([]);
	await send(1);
	refusing = true;
	await send(2);
	expect(counted()).toMatchObject([{count: 1}, {failure: 'status', count: 2}]);
});

test('a Service that stays broken is counted as such in the end', async () => {
	const time = handDrivenTime();
	const {recorder} = await withRecorder({time});
	recorder.trickle({url: 'http://empty/', perSecond: 10, settle: true});
	time.move(10_000);
	await until(() => failedRequests(recorder.requests()) === 1);
});

test('listeners hear of many requests once', async () => {
	const time = handDrivenTime();
	const {recorder} = await withRecorder({time});
	let heard = 0;
	const stop = recorder.subscribe(() => heard++);
	for (let index = 0; index < 3; index++) await curl(recorder.url, '-s', 'my-service');
	expect(heard).toBe(0);
	time.move(100);
	expect(heard).toBe(1);
	stop();
	await curl(recorder.url, '-s', 'my-service');
	time.move(100);
	expect(heard).toBe(1);
});

test('tunnels lead through the recorder as well', async () => {
	const {recorder} = await withRecorder();
	const {code, out} = await curl(recorder.url, '-s', '-p', 'http://my-service/');
	expect(code).toBe(0);
	expect(out).toContain('<h1>Welcome to nginx!</h1>');
});
