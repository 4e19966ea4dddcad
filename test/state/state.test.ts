import {spawn} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {openHistory} from '../../src/state/history.ts';
import {openHome} from '../../src/state/home.ts';
import {lockHolder, takeLock} from '../../src/state/lock.ts';
import {readSettings, writeSettings} from '../../src/state/settings.ts';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'state-'));
});

afterEach(() => {
	rmSync(folder, {recursive: true, force: true});
});

test('the home is where ENDPOINT_LAB_HOME says, for its owner alone', () => {
	const home = openHome({ENDPOINT_LAB_HOME: join(folder, 'a/b')});
	expect(home.folder).toBe(join(folder, 'a/b'));
	expect(statSync(home.folder).mode & 0o777).toBe(0o700);
});

describe('a settings file', () => {
	test('comes back as it was written, readable by its owner alone', () => {
		const file = join(folder, 'settings.json');
		writeSettings(file, {language: 'zh-CN', cluster: 'embedded'});
		expect(readSettings(file)).toEqual({settings: {language: 'zh-CN', cluster: 'embedded'}});
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe(1);
		expect(readdirSync(folder)).toEqual(['settings.json']);
	});

	test.each([
		['empty', '', 'empty'],
		['cut short', '{"version": 1, "langu', 'cut'],
		['of another version', '{"version": 2}', 'version'],
		['something else', '[1]', 'content'],
	])('that is %s is moved aside whole, and the reason is told', (_, content, reason) => {
		const file = join(folder, 'settings.json');
		writeFileSync(file, content);
		const {settings, damage} = readSettings(file);
		expect(settings).toEqual({});
		expect(damage).toMatchObject({file, reason});
		expect(readFileSync(damage!.movedTo, 'utf8')).toBe(content);
		expect(damage!.movedTo).toMatch(/settings\.json\.damaged-\d{8}T\d{6}Z$/);
		expect(readdirSync(folder)).toHaveLength(1);
	});
});

test('the history holds across sessions, without empty lines and repetitions', () => {
	const file = join(folder, 'history.json');
	const first = openHistory(file);
	for (const line of ['kubectl get pods', '', 'kubectl get pods', '  ', 'ls']) first.add(line);
	expect(openHistory(file).lines).toEqual(['kubectl get pods', 'ls']);
});

describe('a lock', () => {
	const file = () => join(folder, 'lab.json');

	test('is held by one, told to the other, and free when released', () => {
		const first = takeLock(file(), 'endpoint-lab');
		expect('lock' in first).toBe(true);
		const second = takeLock(file(), 'endpoint-lab endpoints');
		expect(second).toMatchObject({holder: {pid: process.pid, command: 'endpoint-lab'}});
		if ('lock' in first) {
			first.lock.describe({gateway: 'http://127.0.0.1:1'});
			expect(lockHolder(file())?.details).toEqual({gateway: 'http://127.0.0.1:1'});
			first.lock.release();
		}
		expect(lockHolder(file())).toBeUndefined();
		expect(readdirSync(folder)).toEqual([]);
	});

	test('of a killed process is taken over', async () => {
		const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
		const first = takeLock(file(), 'endpoint-lab');
		expect('lock' in first).toBe(true);
		const content = JSON.parse(readFileSync(file(), 'utf8'));
		writeFileSync(file(), JSON.stringify({...content, pid: child.pid, started: ''}));
		expect(takeLock(file(), 'second')).toMatchObject({holder: {pid: child.pid}});
		child.kill('SIGKILL');
		await new Promise(resolve => child.once('exit', resolve));
		expect('lock' in takeLock(file(), 'third')).toBe(true);
		expect(lockHolder(file())?.command).toBe('third');
	});

	test('whose process number belongs to another process now is taken over', () => {
		const first = takeLock(file(), 'endpoint-lab');
		expect('lock' in first).toBe(true);
		const content = JSON.parse(readFileSync(file(), 'utf8'));
		writeFileSync(file(), JSON.stringify({...content, pid: process.ppid}));
		expect('lock' in takeLock(file(), 'second')).toBe(true);
	});

	test.each(['', '{"version": 1, "pi', '{}'])('file that holds %j is taken over', content => {
		writeFileSync(file(), content);
		expect('lock' in takeLock(file(), 'second')).toBe(true);
		expect(readdirSync(folder)).toEqual(['lab.json']);
	});

	test('that twenty processes want at once goes to exactly one of them', async () => {
		writeFileSync(file(), JSON.stringify({version: 1, pid: 2 ** 22 - 1, started: 'gone', command: '', since: 0}));
		const script = `
			import {takeLock} from ${JSON.stringify(new URL('../../src/state/lock.ts', import.meta.url).href)};
			process.stdout.write('lock' in takeLock(${JSON.stringify(file())}, 'x') ? 'mine' : 'taken');
			process.stdin.resume();
		`;
		const children = Array.from({length: 20}, () =>
			spawn(process.execPath, ['--input-type=module', '-e', script], {stdio: ['pipe', 'pipe', 'ignore']}),
		);
		const answers = await Promise.all(
			children.map(child => new Promise<string>(resolve => child.stdout.once('data', data => resolve(String(data))))),
		);
		for (const child of children) child.kill('SIGKILL');
		expect(answers.filter(answer => answer === 'mine')).toHaveLength(1);
		expect(answers.filter(answer => answer === 'taken')).toHaveLength(19);
	});
});
