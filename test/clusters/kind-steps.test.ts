import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {
	estimateStart,
	type KindStep,
	kindSteps,
	readKindLine,
	stepUnderWay,
} from '../../src/clusters/kind/kind-steps.ts';
import {kindTranscript} from '../fakes/transcripts.ts';

const stepsOfKind: KindStep[] = ['image', 'nodes', 'configuration', 'control-plane', 'network', 'storage', 'workers'];

/** The steps that lines begin or end, in their order. */
function marked(text: string, mark: 'begun' | 'done' | 'failed'): KindStep[] {
	return text.split('\n').flatMap(line => {
		const told = readKindLine(line);
		return told?.mark === mark ? [told.step] : [];
	});
}

test('every step of a recorded start is recognised, when it begins and when it ends', () => {
	const {stderr} = kindTranscript('create-3node-ok');
	expect(marked(stderr, 'begun')).toEqual(stepsOfKind);
	expect(marked(stderr, 'done')).toEqual(stepsOfKind);
	expect(marked(stderr, 'failed')).toEqual([]);
});

test('lines that only look like steps are none: the wait of --wait, its warning, the greeting', () => {
	const {stderr} = kindTranscript('create-wait-timeout-exit0');
	expect(marked(stderr, 'begun')).toEqual(stepsOfKind);
	expect(readKindLine(' • Ready after 9s 💚')).toBeUndefined();
	expect(readKindLine(' • WARNING: Timed out waiting for Ready ⚠️')).toBeUndefined();
	expect(readKindLine('Creating cluster "lab" ...')).toBeUndefined();
});

test('the step that failed is the one with the cross', () => {
	expect(marked(kindTranscript('create-port-in-use').stderr, 'failed')).toEqual(['nodes']);
	expect(marked(kindTranscript('create-kubeadm-init-failed').stderr, 'failed')).toEqual(['control-plane']);
});

test('a kind that was killed in a step is told from one that had ended or failed', () => {
	const whole = kindTranscript('create-3node-ok').stderr;
	expect(stepUnderWay(whole.slice(0, whole.indexOf(' ✓ Preparing')))).toBe('nodes');
	expect(stepUnderWay(whole.slice(0, whole.indexOf(' • Writing')))).toBeUndefined();
	expect(stepUnderWay(whole)).toBeUndefined();
	expect(stepUnderWay(kindTranscript('create-port-in-use').stderr)).toBeUndefined();
	expect(stepUnderWay('')).toBeUndefined();
});

test('the emoji of another version of kind makes no difference', () => {
	expect(readKindLine(' • Ensuring node image (kindest/node:v1.36.4) 🖼️  ...')).toEqual({step: 'image', mark: 'begun'});
	expect(readKindLine(' ✓ Preparing nodes 📦 📦 📦 ')).toEqual({step: 'nodes', mark: 'done'});
});

test('on a measured start the time left is never wrong by more than a half from the third second on', () => {
	const file = new URL('../fixtures/kind/create-measured.txt', import.meta.url);
	const events = readFileSync(file, 'utf8')
		.split('\n')
		.flatMap(line => {
			const [, seconds = '', text = ''] = /^ *(\d+\.\d+) err (.*)$/.exec(line) ?? [];
			const told = readKindLine(text);
			return told?.mark === 'begun' ? [{step: told.step, at: Number(seconds) * 1000}] : [];
		});
	const end = 26_646;
	const estimate = estimateStart(stepsOfKind);
	let next = 0;
	for (let now = 0; now < end; now += 500) {
		while (next < events.length && events[next]!.at <= now) estimate.begin(events[next]!.step, events[next++]!.at);
		if (now < 3000) continue;
		const {left} = estimate.at(now);
		const real = end - now;
		// The last seconds are short, so a second or two is much of them.
		expect(Math.abs(left! - real), `at ${now} ms: ${left} ms instead of ${real}`).toBeLessThan(real / 2 + 2500);
	}
	expect(next).toBe(stepsOfKind.length);
});

test('the bar only ever grows, even when a step takes far longer than it should', () => {
	const estimate = estimateStart(kindSteps);
	let last = -1;
	let now = 0;
	for (const step of kindSteps) {
		estimate.begin(step, now);
		for (let tick = 0; tick < 40; tick += 1) {
			now += 1000;
			const {fraction, number, of} = estimate.at(now);
			expect(fraction).toBeGreaterThanOrEqual(last);
			expect(fraction).toBeLessThan(1);
			expect(number).toBeLessThanOrEqual(of);
			last = fraction;
		}
	}
});

test('a pull without a known size promises no time, one with it does', () => {
	const estimate = estimateStart(['pull', 'image']);
	estimate.begin('pull', 0);
	expect(estimate.at(5000).left).toBeUndefined();
	expect(estimate.at(5000, 0.5).left).toBeGreaterThan(4000);
});
