import {describe, expect, it} from 'vitest';
import {age, humanDuration} from '../../../src/simulator/resources/duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

describe('ages are written as the API server writes them', () => {
	it.each([
		[-2 * second, '<invalid>'],
		[-1 * second, '0s'],
		[0, '0s'],
		[1.9 * second, '1s'],
		[119 * second, '119s'],
		[120 * second, '2m'],
		[2 * minute + second, '2m1s'],
		[10 * minute - second, '9m59s'],
		[10 * minute, '10m'],
		[3 * hour - second, '179m'],
		[3 * hour, '3h'],
		[3 * hour + 5 * minute, '3h5m'],
		[8 * hour - second, '7h59m'],
		[8 * hour, '8h'],
		[48 * hour - second, '47h'],
		[2 * day, '2d'],
		[2 * day + 3 * hour, '2d3h'],
		[8 * day - hour, '7d23h'],
		[8 * day, '8d'],
		[2 * year - hour, '729d'],
		[2 * year, '2y'],
		[2 * year + 3 * day, '2y3d'],
		[8 * year - day, '7y364d'],
		[8 * year, '8y'],
		[100 * year, '100y'],
	])('%d ms is %s', (ms, text) => {
		expect(humanDuration(ms)).toBe(text);
	});

	it('an object without a creation time has an unknown age', () => {
		expect(age(undefined, 0)).toBe('<unknown>');
		expect(age(null, 0)).toBe('<unknown>');
		expect(age('2026-11-22T00:00:00Z', Date.UTC(2026, 10, 22, 0, 5))).toBe('5m');
	});
});
