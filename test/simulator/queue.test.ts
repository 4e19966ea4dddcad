import {describe, expect, it} from 'vitest';
import {SimulatedClock} from '../../src/simulator/clock.ts';
import {workQueue} from '../../src/simulator/queue.ts';

describe('the work queue', () => {
	it('reconciles a key once for many changes within its latency', () => {
		const clock = new SimulatedClock(0);
		const seen: string[] = [];
		const queue = workQueue(
			clock,
			() => 10,
			key => void seen.push(`${key}@${clock.now()}`),
		);
		queue.add('a');
		queue.add('b');
		queue.add('a');
		clock.advance(100);
		queue.add('a');
		clock.advance(100);
		expect(seen).toEqual(['a@10', 'b@10', 'a@110']);
	});

	it('tries a failed key again after 5, 10, 20 ms … and gives up after fifteen times', () => {
		const clock = new SimulatedClock(0);
		const times: number[] = [];
		const queue = workQueue(
			clock,
			() => 0,
			() => {
				times.push(clock.now());
				throw new Error('no');
			},
		);
		queue.add('a');
		clock.advance(10_000_000);
		expect(times.slice(0, 4)).toEqual([0, 5, 15, 35]);
		expect(times).toHaveLength(16);
	});

	it('keeps the earliest of several delayed requests', () => {
		const clock = new SimulatedClock(0);
		const times: number[] = [];
		const queue = workQueue(
			clock,
			() => 0,
			() => void times.push(clock.now()),
		);
		queue.addAfter('a', 100);
		queue.addAfter('a', 50);
		queue.addAfter('a', 70);
		clock.advance(1000);
		expect(times).toEqual([50]);
	});

	it('does nothing after it is stopped', () => {
		const clock = new SimulatedClock(0);
		let ran = 0;
		const queue = workQueue(
			clock,
			() => 0,
			() => void ran++,
		);
		queue.add('a');
		queue.addAfter('b', 5);
		queue.stop();
		clock.advance(100);
		expect(ran).toBe(0);
	});
});
