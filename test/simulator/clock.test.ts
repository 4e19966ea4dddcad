import {describe, expect, it} from 'vitest';
import {SimulatedClock, timestamp} from '../../src/simulator/clock.ts';

describe('the cluster clock', () => {
	it('stands still until somebody moves it', () => {
		const clock = new SimulatedClock(1000);
		let ran = false;
		clock.after(0, () => {
			ran = true;
		});
		expect(clock.now()).toBe(1000);
		expect(ran).toBe(false);
	});

	it('runs what falls due in order of time, then of arrival', () => {
		const clock = new SimulatedClock(0);
		const order: string[] = [];
		clock.after(20, () => order.push('c'));
		clock.after(10, () => order.push('a'));
		clock.after(10, () => order.push('b'));
		clock.after(30, () => order.push('d'));
		clock.advance(20);
		expect(order).toEqual(['a', 'b', 'c']);
		expect(clock.now()).toBe(20);
	});

	it('shows each call its own moment, and runs what it asks for within the same advance', () => {
		const clock = new SimulatedClock(0);
		const moments: number[] = [];
		clock.after(5, () => {
			moments.push(clock.now());
			clock.after(5, () => moments.push(clock.now()));
		});
		clock.advance(100);
		expect(moments).toEqual([5, 10]);
		expect(clock.now()).toBe(100);
	});

	it('steps to the next event, however far away, and skips cancelled ones', () => {
		const clock = new SimulatedClock(0);
		let ran = 0;
		clock.after(1000, () => ran++).cancel();
		clock.after(5000, () => ran++);
		expect(clock.next).toBe(5000);
		expect(clock.step()).toBe(true);
		expect([clock.now(), ran]).toEqual([5000, 1]);
		expect(clock.step()).toBe(false);
	});

	it('follows real time by its speed, and keeps the moment when the speed changes', () => {
		let real = 0;
		const clock = new SimulatedClock(0, () => real);
		clock.setSpeed(10);
		real = 100;
		expect(clock.now()).toBe(1000);
		clock.setSpeed(0.25);
		expect(clock.now()).toBe(1000);
		real = 200;
		expect(clock.now()).toBe(1025);
		clock.setSpeed(0);
		real = 900;
		expect(clock.now()).toBe(1025);
		clock.stop();
	});

	it('as fast as it goes, reaches far events without waiting', async () => {
		const clock = new SimulatedClock(0);
		clock.setSpeed(Number.POSITIVE_INFINITY);
		await new Promise<void>(resolve => clock.after(3_600_000, resolve));
		expect(clock.now()).toBe(3_600_000);
		clock.stop();
	});

	it('writes times as metav1.Time does', () => {
		expect(timestamp(Date.UTC(2026, 10, 21, 22, 30, 38, 999))).toBe('2026-11-21T22:30:38Z');
	});
});
