import {expect, test} from 'vitest';
import {playLines} from '../../src/plain/play-event.ts';
import {textIn} from '../../src/text/text.ts';

const event = {
	event: 'requests',
	step: 'spread',
	service: 'my-service',
	total: 103,
	failed: 3,
	clients: ['a', 'b', 'trickle'],
	answers: [
		{address: '10.244.1.2:80', counts: [40, 10, 0]},
		{address: '10.244.1.10:80', counts: [20, 30, 0]},
	],
	failures: [{failure: 'refused', detail: 'nobody listens', count: 3}],
} as const satisfies Record<string, unknown>;

const lines = (language: 'en' | 'zh-CN') =>
	playLines(
		{
			...event,
			clients: [...event.clients],
			answers: event.answers.map(({address, counts}) => ({address, counts: [...counts]})),
			failures: [...event.failures],
		},
		textIn(language),
	);

test('a pipe gets the requests of a step as bars of plain signs, each with its number', () => {
	expect(lines('en')).toEqual([
		'',
		'Requests to my-service: 103, 3 failed.',
		'  asked by client a',
		`    10.244.1.2:80   ${'#'.repeat(40)} 40`,
		`    10.244.1.10:80  ${'#'.repeat(20)} 20`,
		'  asked by client b',
		`    10.244.1.2:80   ${'#'.repeat(10)} 10`,
		`    10.244.1.10:80  ${'#'.repeat(30)} 30`,
		'  3 failed: connection refused  nobody listens',
		'',
	]);
	expect(lines('zh-CN')).toContain('发往 my-service 的请求：共 103 个，失败 3 个。');
	expect(lines('zh-CN')).toContain('  失败 3 个：连接被拒绝  nobody listens');
});
