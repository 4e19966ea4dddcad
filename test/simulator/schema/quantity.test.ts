import {describe, expect, it} from 'vitest';
import {canonicalQuantity, quantityValue} from '../../../src/simulator/schema/quantity.ts';

describe('quantities are written in one way', () => {
	it.each([
		['0', '0'],
		['0.5', '500m'],
		['0.1', '100m'],
		['100m', '100m'],
		['1500m', '1500m'],
		['1000m', '1'],
		['1.5', '1500m'],
		['2000', '2k'],
		['1000k', '1M'],
		['2.50', '2500m'],
		['1e3', '1e3'],
		['12E6', '12e6'],
		['512', '512'],
		['1Ki', '1Ki'],
		['1024Mi', '1Gi'],
		['1000Mi', '1000Mi'],
		['1.5Gi', '1536Mi'],
		['0.5Ki', '512'],
		['-1Gi', '-1Gi'],
		['24684084Ki', '24684084Ki'],
		['1n', '1n'],
		['0.0000000001', '1n'],
	])('%s is %s', (text, expected) => {
		expect(canonicalQuantity(text)).toEqual({text: expected});
	});

	it.each([[''], ['abc'], ['1MB'], ['.'], ['1 Gi'], ['--1']])('%j is none', text => {
		expect(canonicalQuantity(text)).toEqual({error: expect.stringContaining('quantities must match')});
		expect(quantityValue(text)).toBeUndefined();
	});

	it.each([['1mi'], ['1KM']])('%j has a suffix that does not exist', text => {
		expect(canonicalQuantity(text)).toEqual({error: "unable to parse quantity's suffix"});
	});

	it('has a value to compare by', () => {
		expect(quantityValue('1Gi')).toBe(2 ** 30);
		expect(quantityValue('250m')).toBe(0.25);
		expect(quantityValue('1e3')).toBe(1000);
	});
});
