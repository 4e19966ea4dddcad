import {expect, test} from 'vitest';
import {bodyOf, createLab} from './lab.ts';

test('a cluster that was saved goes on: no restart, same addresses, changed files, logs', async () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.service('web');
	lab.advance(3000);
	await lab.exec('web', 'echo mine > /usr/share/nginx/html/index.html');
	await lab.request('http://web/');
	const before = lab.get('web');
	const log = await lab.logs('web');
	const saved = lab.save();
	lab.stop();

	const again = createLab({saved, seed: 2});
	again.advance(60_000);
	const after = again.get('web');
	expect(after.status).toEqual(before.status);
	expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
	expect(await again.logs('web')).toBe(log);
	expect(bodyOf(await again.request('http://web/'))).toBe('mine\n');
});

test('new Pods of a restored cluster do not get an address that was given out before', () => {
	const lab = createLab({workers: 1});
	for (const name of ['a', 'b', 'c']) lab.pod(name, {});
	lab.advance(3000);
	lab.remove('c');
	lab.advance(3000);
	const again = createLab({saved: lab.save(), workers: 1});
	again.pod('d', {});
	expect(again.after(3000, 'd').status.podIP).toBe('10.244.1.5');
});

test('a Pod that was starting or ending is brought to its end after a restore', () => {
	const lab = createLab();
	lab.pod('old', {});
	lab.advance(3000);
	lab.pod('young', {});
	lab.advance(100);
	lab.remove('old');
	const again = createLab({saved: lab.save()});
	again.advance(5000);
	expect(again.get('young').status.phase).toBe('Running');
	expect(again.get('old')).toBeUndefined();
});

test('a crash loop goes on where it was', () => {
	const lab = createLab();
	lab.pod('crash', {image: 'busybox:1.36', command: ['false']});
	lab.advance(20_000);
	const {restartCount} = lab.status('crash');
	const again = createLab({saved: lab.save()});
	again.advance(5000);
	expect(again.status('crash').state.waiting?.reason).toBe('CrashLoopBackOff');
	again.advance(60_000);
	expect(again.status('crash').restartCount).toBeGreaterThan(restartCount);
});

test('client affinity is kept', async () => {
	const lab = createLab();
	for (const i of [1, 2, 3, 4]) lab.pod(`web-${i}`, {}, {labels: {app: 'web'}});
	lab.service('web', {sessionAffinity: 'ClientIP'});
	lab.advance(4000);
	const first = await lab.request('http://web/');
	const again = createLab({saved: lab.save(), seed: 99});
	for (let i = 0; i < 5; i++)
		expect(await again.request('http://web/')).toMatchObject({from: (first as {from: object}).from});
});
