import {describe, expect, it} from 'vitest';
import type {RequestsPart} from '../../../src/engine/view.ts';
import {textIn} from '../../../src/text/text.ts';
import {themeOf, unicodeSymbols} from '../../../src/tui/theme.ts';
import {lineWidth, textOf} from '../../../src/tui/view/line.ts';
import {requestLines, wantedRequestRows} from '../../../src/tui/view/requests.ts';

const part: RequestsPart = {
	service: 'my-service',
	perSecond: 0,
	total: 103,
	failed: 3,
	clients: ['a', 'b'],
	answers: [
		{address: '10.244.1.2:80', counts: [30, 15]},
		{address: '10.244.2.2:80', counts: [20, 35]},
	],
	failures: [
		{
			failure: 'refused',
			detail: 'connect to my-service (10.96.1.7) port 80 failed: Connection refused',
			count: 3,
		},
	],
	recent: [
		{address: '10.244.1.2:80', client: 'a'},
		{address: '', client: 'a', failure: 'refused'},
		{address: '10.244.2.2:80', client: 'b'},
	],
};

function drawn(
	part: RequestsPart,
	{width = 76, rows = 12, language = 'en' as 'en' | 'zh-CN', symbols = unicodeSymbols} = {},
) {
	return requestLines(part, {width, rows, text: textIn(language), symbols}).map(textOf);
}

describe('the requests of a step', () => {
	it('are summed up, drawn as bars side by side for each client, and explained where they failed', () => {
		const [sum, one, two, why, last, ...more] = drawn(part);
		expect(sum).toBe('103 sent, 3 failed');
		expect(one).toMatch(/^10\.244\.1\.2:80 {2}a █+ 30 +b █+ 15 *$/);
		expect(two).toMatch(/^10\.244\.2\.2:80 {2}a █+ 20 +b █+ 35 *$/);
		expect(why).toBe('− 3 failed: connection refused  connect to my-service (10.96.1.7) port 80');
		expect(last).toBe('last ●−●');
		expect(more).toEqual([]);
		const lengths = [one, two].map(text => [...text!.matchAll(/█+/g)].map(([bar]) => bar.length));
		const [[a1, b1], [a2, b2]] = lengths as [[number, number], [number, number]];
		expect(b2).toBeGreaterThan(a1);
		expect(Math.abs(a1 / b2 - 30 / 35)).toBeLessThan(0.1);
		expect(Math.abs(a2 / b2 - 20 / 35)).toBeLessThan(0.1);
		expect(Math.abs(b1 / b2 - 15 / 35)).toBeLessThan(0.1);
	});

	it('name no client where there is only one, and tell how fast the lab asks', () => {
		const answers = part.answers.map(({address, counts}) => ({address, counts: counts.slice(0, 1)}));
		const [sum, one] = drawn({...part, clients: ['trickle'], answers, perSecond: 10});
		expect(sum).toBe('103 sent, 3 failed  the lab sends 10 a second');
		expect(one).toMatch(/^10\.244\.1\.2:80 {2}█+ 30 *$/);
	});

	it('tell the lab from whoever asks without a name', () => {
		expect(drawn({...part, clients: ['trickle', '']})[1]).toMatch(/^10\.244\.1\.2:80 {2}lab █+ 30 +no name █+ 15 *$/);
	});

	it('keep the sum, the last results and the reason where there is little room', () => {
		expect(drawn(part, {rows: 0})).toEqual([]);
		expect(drawn(part, {rows: 1})).toEqual(['103 sent, 3 failed']);
		expect(drawn(part, {rows: 2})).toEqual(['103 sent, 3 failed', 'last ●−●']);
		expect(drawn(part, {rows: 3})[1]).toContain('connection refused');
		expect(drawn(part, {rows: 4})[1]).toContain('10.244.1.2');
	});

	it('show the newest results of more than fit, and never a line that is too wide', () => {
		const recent = [
			...Array(200).fill({address: 'x', client: ''}),
			{address: '', client: '', failure: 'timeout' as const},
		];
		for (const width of [10, 20, 40, 120]) {
			const lines = requestLines({...part, recent}, {width, rows: 9, text: textIn('en'), symbols: unicodeSymbols});
			for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(width);
			expect(textOf(lines.at(-1)!).trim()).toMatch(/−$/);
		}
	});

	it('say so where nothing has been requested yet, in one line', () => {
		const none = {...part, total: 0, failed: 0, clients: [], answers: [], failures: [], recent: []};
		expect(wantedRequestRows(none)).toBe(1);
		expect(drawn(none)).toEqual(['nothing has been requested in this step yet']);
	});

	it('speak Chinese, and do without UTF-8', () => {
		expect(drawn(part, {language: 'zh-CN'})[0]).toBe('共 103 个，失败 3 个');
		const {symbols} = themeOf({LANG: 'C'}, 'linux');
		const lines = drawn(part, {symbols});
		expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
		expect(lines.at(-1)).toBe('last *-*');
	});
});
