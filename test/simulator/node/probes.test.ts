import {expect, test} from 'vitest';
import {createLab} from './lab.ts';

const http = (path: string, more = {}) => ({httpGet: {path, port: 80}, periodSeconds: 2, ...more});

test('a Pod with a readiness probe runs first and is ready when the probe has succeeded', () => {
	const lab = createLab();
	const seen = lab.watch('web', () => {
		lab.pod('web', {readinessProbe: http('/', {initialDelaySeconds: 3})});
		lab.advance(6000);
	});
	const running = seen.filter(({pod}) => pod.status.phase === 'Running');
	expect(running.map(({pod}) => pod.status.containerStatuses![0]!.ready)).toEqual([false, true]);
	expect(running[0]!.pod.status.podIP).toBeDefined();
	expect(running[1]!.at - running[0]!.at).toBeGreaterThan(2900);
});

test('the probe asks the program as kube-probe, from the address of the node', async () => {
	const lab = createLab();
	lab.pod('web', {readinessProbe: http('/')});
	const ip = lab.after(3000, 'web').status.podIP!;
	const bridge = ip.replace(/\d+$/, '1');
	expect(await lab.logs('web')).toMatch(
		new RegExp(`^${bridge} - - \\[.*\\] "GET / HTTP/1.1" 200 612 "-" "kube-probe/1.36" "-"`),
	);
});

test('a page that goes away makes the Pod unready after three failures, without a restart', async () => {
	const lab = createLab();
	lab.pod('web', {readinessProbe: http('/')});
	lab.advance(4000);
	await lab.exec('web', 'rm /usr/share/nginx/html/index.html');
	lab.advance(3500);
	expect(lab.status('web').ready).toBe(true);
	lab.advance(3500);
	expect(lab.status('web')).toMatchObject({ready: false, restartCount: 0, state: {running: {}}});
	expect(lab.condition('web', 'Ready')).toMatchObject({status: 'False', reason: 'ContainersNotReady'});
	expect(lab.events('web')).toContain('Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 403');
	await lab.exec('web', 'echo back > /usr/share/nginx/html/index.html');
	lab.advance(3000);
	expect(lab.status('web').ready).toBe(true);
});

test('a probe of a port where nothing listens is told as a refused connection', () => {
	const lab = createLab();
	lab.pod('web', {readinessProbe: {httpGet: {path: '/', port: 8080}}});
	const ip = lab.after(3000, 'web').status.podIP;
	expect(lab.events('web')).toContain(
		`Unhealthy: Readiness probe failed: Get "http://${ip}:8080/": dial tcp ${ip}:8080: connect: connection refused`,
	);
});

test('a named port is looked up among the container ports', () => {
	const lab = createLab();
	lab.pod('web', {
		ports: [{name: 'http', containerPort: 80, protocol: 'TCP'}],
		readinessProbe: {httpGet: {path: '/', port: 'http'}},
	});
	lab.advance(3000);
	expect(lab.status('web').ready).toBe(true);
});

test('tcpSocket and exec probes ask too', () => {
	const lab = createLab();
	lab.pod('tcp', {readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}});
	lab.pod('closed', {readinessProbe: {tcpSocket: {port: 81}, periodSeconds: 1}});
	lab.pod('file', {readinessProbe: {exec: {command: ['cat', '/tmp/healthy']}, periodSeconds: 1}});
	lab.advance(4000);
	expect(lab.status('tcp').ready).toBe(true);
	expect(lab.status('closed').ready).toBe(false);
	expect(lab.status('file').ready).toBe(false);
	expect(lab.events('file')).toContain(
		"Unhealthy: Readiness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n",
	);
});

test('an exec probe turns with the file that it reads', async () => {
	const lab = createLab();
	lab.pod('file', {readinessProbe: {exec: {command: ['cat', '/tmp/healthy']}, periodSeconds: 1}});
	lab.advance(3000);
	await lab.exec('file', 'touch /tmp/healthy');
	lab.advance(1500);
	expect(lab.status('file').ready).toBe(true);
});

test('a failing liveness probe restarts the container and gives it fresh files', async () => {
	const lab = createLab();
	lab.pod('web', {livenessProbe: http('/')});
	lab.advance(3000);
	await lab.exec('web', 'rm /usr/share/nginx/html/index.html');
	lab.advance(9000);
	expect(lab.status('web')).toMatchObject({
		restartCount: 1,
		ready: true,
		lastState: {terminated: {exitCode: 0, reason: 'Completed'}},
	});
	expect(lab.events('web')).toEqual(
		expect.arrayContaining([
			'Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 403',
			'Killing: Container main failed liveness probe, will be restarted',
		]),
	);
	expect((await lab.exec('web', 'ls /usr/share/nginx/html')).stdout).toContain('index.html');
});

test('a startup probe holds the others back', () => {
	const lab = createLab();
	lab.pod('slow', {
		image: 'busybox:1.36',
		command: ['sh', '-c', 'sleep 6; touch /tmp/up; sleep 3600'],
		startupProbe: {exec: {command: ['cat', '/tmp/up']}, periodSeconds: 1, failureThreshold: 20},
		readinessProbe: {exec: {command: ['true']}, periodSeconds: 1},
		livenessProbe: {exec: {command: ['cat', '/tmp/up']}, periodSeconds: 1, failureThreshold: 1},
	});
	lab.advance(4000);
	expect(lab.status('slow')).toMatchObject({started: false, ready: false, restartCount: 0});
	lab.advance(6000);
	expect(lab.status('slow')).toMatchObject({started: true, ready: true, restartCount: 0});
});

test('a Pod without changes is not written again, however often it is asked', () => {
	const lab = createLab();
	lab.pod('web', {readinessProbe: http('/', {periodSeconds: 1})});
	lab.advance(4000);
	const before = lab.store.revision;
	lab.advance(60_000);
	const changed = lab.store.changesSince('pods', before);
	expect(changed).toEqual([]);
});
