import {expect, test} from 'vitest';
import {createLab} from './lab.ts';

test('a deleted nginx Pod ends as Completed in well under a second and is then gone', () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(3000);
	const seen = lab.watch('web', () => {
		lab.remove('web');
		lab.advance(3000);
	});
	const shown = seen.map(({type, pod: {metadata, status}}) => ({
		type,
		grace: metadata.deletionGracePeriodSeconds,
		phase: status.phase,
		ready: status.conditions!.find(condition => condition.type === 'Ready')!.status,
	}));
	expect(shown).toEqual([
		{type: 'MODIFIED', grace: 30, phase: 'Running', ready: 'True'},
		{type: 'MODIFIED', grace: 30, phase: 'Running', ready: 'True'},
		{type: 'MODIFIED', grace: 30, phase: 'Succeeded', ready: 'False'},
		{type: 'MODIFIED', grace: 0, phase: 'Succeeded', ready: 'False'},
		{type: 'DELETED', grace: 0, phase: 'Succeeded', ready: 'False'},
	]);
	expect(seen[1]!.pod.status.observedGeneration).toBe(2);
	expect(seen[2]!.at).toBeGreaterThan(100);
	expect(seen.at(-1)!.at).toBeLessThan(1200);
	expect(lab.events('web')).toContain('Killing: Stopping container main');
});

test('the address stays in the status to the end', () => {
	const lab = createLab();
	lab.pod('web', {});
	const ip = lab.after(3000, 'web').status.podIP;
	const seen = lab.watch('web', () => {
		lab.remove('web');
		lab.advance(3000);
	});
	expect(new Set(seen.map(({pod}) => pod.status.podIP))).toEqual(new Set([ip]));
});

test('a request that comes in the first moments after the delete is still answered', async () => {
	const lab = createLab();
	lab.pod('web', {});
	const ip = lab.after(3000, 'web').status.podIP;
	lab.remove('web');
	lab.advance(60);
	expect(await lab.request(`http://${ip}/`)).toMatchObject({status: 200});
	lab.advance(400);
	expect(await lab.request(`http://${ip}/`)).toMatchObject({failure: 'refused'});
});

test('sleep as the first process does not hear SIGTERM: the Pod takes its 30 seconds and ends with 137', () => {
	const lab = createLab();
	lab.pod('deaf', {image: 'busybox:1.36', command: ['sleep', '3600']});
	lab.advance(3000);
	const seen = lab.watch('deaf', () => {
		lab.remove('deaf');
		lab.advance(29_000);
		expect(lab.get('deaf').status.phase).toBe('Running');
		lab.advance(5000);
	});
	const last = seen.at(-1)!;
	expect(last.type).toBe('DELETED');
	expect(last.at).toBeGreaterThan(30_000);
	expect(last.pod.status.phase).toBe('Failed');
	expect(last.pod.status.containerStatuses![0]!.state.terminated).toMatchObject({exitCode: 137, reason: 'Error'});
});

test('a shell with a trap hears SIGTERM and ends with what it says', () => {
	const lab = createLab();
	lab.pod('polite', {
		image: 'busybox:1.36',
		command: ['sh', '-c', "trap 'echo bye; exit 0' TERM; while true; do sleep 1; done"],
	});
	lab.advance(3000);
	const seen = lab.watch('polite', () => {
		lab.remove('polite');
		lab.advance(5000);
	});
	expect(seen.at(-1)).toMatchObject({type: 'DELETED', pod: {status: {phase: 'Succeeded'}}});
});

test('a shorter grace period given later shortens the wait', () => {
	const lab = createLab();
	lab.pod('deaf', {image: 'busybox:1.36', command: ['sleep', '3600']});
	lab.advance(3000);
	lab.remove('deaf');
	lab.advance(2000);
	lab.remove('deaf', {gracePeriodSeconds: 3});
	lab.advance(5000);
	expect(lab.get('deaf')).toBeUndefined();
});

test('a forced delete removes the Pod at once, and its server with it', async () => {
	const lab = createLab();
	lab.pod('web', {});
	const ip = lab.after(3000, 'web').status.podIP;
	lab.remove('web', {gracePeriodSeconds: 0});
	expect(lab.get('web')).toBeUndefined();
	const answer = lab.request(`http://${ip}/`);
	lab.advance(11_000);
	expect(await answer).toMatchObject({failure: 'timeout'});
});

test('preStop runs before the signal, inside the grace period', () => {
	const lab = createLab();
	lab.pod('web', {lifecycle: {preStop: {exec: {command: ['sleep', '5']}}}});
	lab.advance(3000);
	const seen = lab.watch('web', () => {
		lab.remove('web');
		lab.advance(10_000);
	});
	expect(seen.at(-1)!.type).toBe('DELETED');
	expect(seen.at(-1)!.at).toBeGreaterThan(5000);
	expect(seen.at(-1)!.at).toBeLessThan(7000);
});

test('a preStop hook that takes too long is cut off by the grace period', () => {
	const lab = createLab();
	lab.pod(
		'web',
		{lifecycle: {preStop: {exec: {command: ['sleep', '60']}}}},
		{spec: {terminationGracePeriodSeconds: 4}},
	);
	lab.advance(3000);
	const seen = lab.watch('web', () => {
		lab.remove('web');
		lab.advance(6000);
	});
	expect(seen.at(-1)!.at).toBeGreaterThan(4000);
	expect(seen.at(-1)).toMatchObject({type: 'DELETED', pod: {status: {phase: 'Succeeded'}}});
});

test('a Pod that is deleted while it starts goes too', () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(300);
	lab.remove('web');
	lab.advance(3000);
	expect(lab.get('web')).toBeUndefined();
});

test('a sidecar stops after the other containers', () => {
	const lab = createLab();
	lab.pod(
		'web',
		{image: 'busybox:1.36', command: ['sh', '-c', "trap 'sleep 3; exit 0' TERM; while true; do sleep 1; done"]},
		{
			spec: {initContainers: [{name: 'proxy', image: 'nginx:1.14.2', restartPolicy: 'Always'}]},
		},
	);
	lab.advance(5000);
	expect(lab.get('web').status.phase).toBe('Running');
	lab.remove('web');
	lab.advance(2000);
	expect(lab.nodes.nodeApi).toBeDefined();
	expect(lab.network.connect(lab.get('web').status.podIP!, 80, {ip: '10.244.0.9'})).toHaveProperty('server');
	lab.advance(8000);
	expect(lab.get('web')).toBeUndefined();
});
