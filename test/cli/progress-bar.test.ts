import {expect, test} from 'vitest';
import {openProgressBar} from '../../src/cli/progress-bar.ts';
import type {KindProgress} from '../../src/clusters/kind/kind-steps.ts';
import {type Language, textIn} from '../../src/text/text.ts';

const wait: KindProgress = {step: 'ready', number: 8, of: 10, fraction: 0.75, left: 12_000};

/** What a terminal of so many columns shows after each change; elsewhere (0) the lines. */
function shown(columns: number, language: Language, changes: KindProgress[]): string[] {
	const written: string[] = [];
	const notes: string[] = [];
	const output = {isTTY: columns > 0, columns, write: (text: string) => written.push(text)};
	const note = (line: string) => notes.push(line);
	const bar = openProgressBar(output as unknown as NodeJS.WriteStream, note, textIn(language));
	for (const change of changes) bar.show(change);
	return columns > 0 ? written.map(text => text.replace('\r\u001b[K', '')) : notes;
}

test('the bar gives way to what is waited for, and goes where there is no room for it', () => {
	const waiting = {...wait, waiting: '3 nodes, CoreDNS'};
	expect(shown(120, 'en', [wait, waiting])).toEqual([
		'[##################......] [8/10] waiting until the nodes are ready  about 12 s left',
		'[##################......] [8/10] waiting for 3 nodes, CoreDNS  about 12 s left',
	]);
	expect(shown(80, 'en', [wait])).toEqual([
		'[##############.....] [8/10] waiting until the nodes are ready  about 12 s left',
	]);
	expect(shown(60, 'en', [waiting])).toEqual(['[8/10] waiting for 3 nodes, CoreDNS  about 12 s left']);
	expect(shown(30, 'en', [waiting])).toEqual(['[8/10] waiting for 3 nodes, C']);
	expect(shown(60, 'zh-CN', [{...wait, waiting: '3 个节点、CoreDNS'}])).toEqual([
		'[###########....] [8/10] 等待 3 个节点、CoreDNS  约剩 12 秒',
	]);
});

test('without a terminal there is a line for each step, and for each change of what is waited for', () => {
	const waiting = (what: string, fraction: number): KindProgress => ({...wait, fraction, waiting: what});
	const changes = [wait, wait, waiting('3 nodes', 0.76), waiting('3 nodes', 0.77), waiting('CoreDNS', 0.9)];
	expect(shown(0, 'en', changes)).toEqual([
		'[8/10] waiting until the nodes are ready',
		'[8/10] waiting for 3 nodes',
		'[8/10] waiting for CoreDNS',
	]);
});
