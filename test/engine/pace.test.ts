import {expect, test} from 'vitest';
import {paceOf} from '../../src/engine/pace.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';

/** What a pace waits for, ms: its timer comes at once. */
function paceOn(simulated: boolean, lesson = 'endpoints') {
	const waits: number[] = [];
	const time = {
		now: () => 0,
		random: () => 0,
		after(ms: number, run: () => void) {
			waits.push(ms);
			queueMicrotask(run);
			return () => {};
		},
	};
	const {signal} = new AbortController();
	return {waits, pace: paceOf({simulated}, findLesson(lesson)!, {time, signal})};
}

test('on a real cluster what asks the network waits until kube-proxy has written its rules', async () => {
	const {waits, pace} = paceOn(false);
	for (const line of [
		'curl my-service',
		'for n in 1 2 3; do curl -s my-service | grep title; done',
		'kubectl exec client -- nslookup peers',
		'kubectl -n kube-system exec ds/kube-proxy -- iptables-save -t nat',
	])
		await pace.beforeCommand(line);
	expect(waits).toHaveLength(4);
	expect(Math.min(...waits)).toBeGreaterThan(1000);
	await pace.beforeCommand('kubectl apply -f service.yaml');
	expect(waits).toHaveLength(4);
});

test('on a real cluster a step with requests begins when those of the step before have ended', async () => {
	const requests = paceOn(false, 'rolling-update');
	await requests.pace.beforeStep();
	expect(requests.waits[0]).toBeGreaterThan(3000);
	const none = paceOn(false, 'endpoints');
	await none.pace.beforeStep();
	expect(none.waits).toEqual([]);
});

test('the embedded cluster needs no waiting, and has less time for each command', async () => {
	const {waits, pace} = paceOn(true, 'rolling-update');
	await pace.beforeCommand('curl my-service');
	await pace.beforeStep();
	expect(waits).toEqual([]);
	expect(pace.limitMs).toBeLessThan(paceOn(false).pace.limitMs);
});
