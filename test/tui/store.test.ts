import {describe, expect, it, vi} from 'vitest';
import {quietly} from '../../src/tui/quiet.ts';
import {createStore} from '../../src/tui/store.ts';

describe('what the screen is drawn from', () => {
	it('publishes what the learner did at once, and what the cluster did at most once in a while', () => {
		vi.useFakeTimers();
		try {
			const store = createStore(0, 100);
			let drawn = 0;
			store.subscribe(() => drawn++);
			for (let change = 0; change < 500; change++) {
				store.update(count => count + 1);
				vi.advanceTimersByTime(2);
			}
			expect(store.get()).toBe(500);
			expect(drawn).toBeLessThanOrEqual(11);
			vi.advanceTimersByTime(100);
			expect(store.getSnapshot()).toBe(500);
			const before = drawn;
			store.update(count => count + 1);
			store.set(count => count + 1);
			expect(store.getSnapshot()).toBe(502);
			expect(drawn).toBe(before + 1);
			vi.advanceTimersByTime(1000);
			expect(drawn).toBe(before + 1);
		} finally {
			vi.useRealTimers();
		}
	});

	it('publishes the first change after a rest without a wait', () => {
		vi.useFakeTimers();
		try {
			const store = createStore(0, 100);
			store.update(() => 1);
			vi.advanceTimersByTime(0);
			expect(store.getSnapshot()).toBe(1);
			store.update(() => 2);
			vi.advanceTimersByTime(50);
			expect(store.getSnapshot()).toBe(1);
			vi.advanceTimersByTime(50);
			expect(store.getSnapshot()).toBe(2);
		} finally {
			vi.useRealTimers();
		}
	});

	it('shows what the cluster did no later because the learner types meanwhile', () => {
		vi.useFakeTimers();
		try {
			const store = createStore({typed: 0, changes: 0}, 100);
			store.update(state => ({...state, changes: 1}));
			vi.advanceTimersByTime(0);
			for (let key = 1; key <= 9; key++) {
				vi.advanceTimersByTime(10);
				store.set(state => ({...state, typed: key}));
			}
			store.update(state => ({...state, changes: 2}));
			vi.advanceTimersByTime(10);
			expect(store.getSnapshot()).toEqual({typed: 9, changes: 2});
		} finally {
			vi.useRealTimers();
		}
	});

	it('leaves no timer behind', () => {
		vi.useFakeTimers();
		try {
			const store = createStore(0, 100);
			store.update(() => 1);
			store.close();
			expect(vi.getTimerCount()).toBe(0);
		} finally {
			vi.useRealTimers();
		}
	});
});

describe('what would tear the screen', () => {
	it('goes to the log while the screen is there, Node’s warnings too, and to stderr again afterwards', async () => {
		const written: string[] = [];
		const original = process.stderr.write;
		const restore = quietly(text => written.push(text));
		process.stderr.write('from a library\n');
		process.emitWarning('look out');
		await new Promise(resolve => setImmediate(resolve));
		restore();
		expect(written.join('')).toContain('from a library');
		expect(written.join('')).toContain('look out');
		expect(process.stderr.write).toBe(original);
	});
});
