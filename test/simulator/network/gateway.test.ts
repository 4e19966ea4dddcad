import {execFile} from 'node:child_process';
import {afterEach, expect, test} from 'vitest';
import {startGateway} from '../../../src/simulator/network/gateway.ts';
import {createLab} from '../node/lab.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
	for (const run of cleanUp.splice(0)) await run();
});

async function withGateway() {
	const lab = createLab();
	lab.pod('my-pod', {}, {labels: {app: 'my-service'}});
	lab.service('my-service');
	lab.service('empty');
	lab.advance(3000);
	const gateway = await startGateway({network: lab.network});
	cleanUp.push(gateway.close, lab.stop);
	return {lab, gateway};
}

/** The real curl, as a learner types it. */
const curl = (proxy: string, ...words: string[]) =>
	new Promise<{code: number; out: string}>(resolve => {
		const environment = {...process.env, http_proxy: proxy, HTTP_PROXY: undefined, no_proxy: '127.0.0.1,localhost'};
		execFile('curl', words, {env: environment}, (error, stdout, stderr) =>
			resolve({code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr}),
		);
	});

test('curl my-service prints the page of nginx', async () => {
	const {gateway} = await withGateway();
	const {code, out} = await curl(gateway.url, '-s', 'my-service');
	expect(code).toBe(0);
	expect(Buffer.byteLength(out)).toBe(612);
	expect(out).toContain('<h1>Welcome to nginx!</h1>');
});

test('the answer carries the headers of the server in the Pod', async () => {
	const {gateway} = await withGateway();
	const {out} = await curl(gateway.url, '-sI', 'my-service');
	expect(out).toMatch(/^HTTP\/1.1 200 OK\r\nServer: nginx\/1\.14\.2\r\nDate: Sun, 22 Nov 2026 /);
	expect(out).toContain('Content-Length: 612');
	expect(out).toContain('ETag: "5c0692e1-264"');
});

test('the answer says which Pod gave it', async () => {
	const {gateway, lab} = await withGateway();
	const {out} = await curl(gateway.url, '-sI', 'my-service');
	expect(out).toContain(`Endpoint-Lab-Answered-By: ${lab.get('my-pod').status.podIP}:80\r\n`);
	expect((await curl(gateway.url, '-sI', 'empty')).out).not.toContain('Endpoint-Lab-Answered-By');
});

test('full names, addresses and cluster IPs work as well', async () => {
	const {gateway, lab} = await withGateway();
	const {spec} = lab.registry.get('services', 'default', 'my-service') as never as {spec: {clusterIP: string}};
	for (const host of [
		'my-service.default',
		'my-service.default.svc.cluster.local',
		spec.clusterIP,
		lab.get('my-pod').status.podIP!,
	])
		expect((await curl(gateway.url, '-s', '-o', '/dev/null', '-w', '%{http_code}', host)).out).toBe('200');
});

test('a Service without endpoints is a 502 that says what curl would say, and no more: to find out why is for the learner', async () => {
	const {gateway} = await withGateway();
	const {out} = await curl(gateway.url, '-si', 'empty');
	expect(out).toMatch(/^HTTP\/1.1 502 Bad Gateway/);
	expect(out).toMatch(/Proxy-Status: endpoint-lab; error=connection_refused; details="/);
	expect(out).toMatch(/\r\n\r\nconnect to empty \(10\.96\.\d+\.\d+\) port 80 failed: Connection refused\n$/);
});

test('an unknown name is a 502 with the words of curl', async () => {
	const {gateway} = await withGateway();
	expect((await curl(gateway.url, '-si', 'nope')).out).toMatch(
		/error=dns_error[\s\S]*\r\n\r\nCould not resolve host: nope\n$/,
	);
});

test('a connection that nobody answers is a 504 after ten seconds of the cluster', async () => {
	const {gateway, lab} = await withGateway();
	lab.clock.setSpeed(100);
	const {out} = await curl(gateway.url, '-si', 'my-service:81');
	expect(out).toMatch(/^HTTP\/1.1 504 /);
	expect(out).toContain('error=connection_timeout');
	expect(out).toMatch(/connect to my-service \(10\.96\.\d+\.\d+\) port 81 failed: Connection timed out\n$/);
});

test('a tunnel (CONNECT) leads to the same place', async () => {
	const {gateway} = await withGateway();
	expect((await curl(gateway.url, '-s', '-p', 'my-service')).out).toContain('Welcome to nginx!');
	expect((await curl(gateway.url, '-sv', '-p', 'empty')).out).toContain('502');
});

test("the learner's own machine is out of reach", async () => {
	const {gateway} = await withGateway();
	const port = new URL(gateway.url).port;
	const {out} = await curl(gateway.url, '-s', '--noproxy', '', `http://127.0.0.1:${port}/`);
	expect(out).toContain('Connection refused');
	expect((await curl(gateway.url, '-s', '--noproxy', '', `http://localhost:${port}/`)).out).toContain(
		'Could not resolve host: localhost',
	);
});

test('who opens the gateway itself is told what it is for', async () => {
	const {gateway} = await withGateway();
	expect((await curl('', '-s', gateway.url)).out).toContain('use it as a proxy');
});

test('names in the proxy address are clients of their own', async () => {
	const {gateway, lab} = await withGateway();
	const as = (name: string) => curl(gateway.url.replace('//', `//${name}@`), '-s', 'my-service');
	for (const name of ['alice', 'bob', 'alice']) await as(name);
	const [first, second, third] = (await lab.logs('my-pod')).split('\n').map(line => line.split(' ')[0]);
	expect(first).toBe(third);
	expect(second).not.toBe(first);
});

test('bodies are passed on, and the answer to a request the server does not take', async () => {
	const {gateway} = await withGateway();
	expect((await curl(gateway.url, '-s', '-d', 'a=b', 'my-service')).out).toContain('405 Not Allowed');
});
