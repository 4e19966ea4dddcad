import {execFile, execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {launcher} from './cli.ts';

const checkout = dirname(dirname(launcher));

/** A Node on this machine that is too old for the lab. */
const oldNode = (process.env.PATH ?? '')
	.split(delimiter)
	.map(folder => join(folder, 'node'))
	.find(node => {
		try {
			const [major = 0, minor = 0] = execFileSync(node, ['-p', 'process.versions.node'], {encoding: 'utf8'})
				.split('.')
				.map(Number);
			return major < 22 || (major === 22 && minor < 18);
		} catch {
			return false;
		}
	});

function run(node: string, args: string[]): Promise<{code: number; stdout: string; stderr: string}> {
	return new Promise(resolve =>
		execFile(node, args, (error, stdout, stderr) => resolve({code: error ? Number(error.code) : 0, stdout, stderr})),
	);
}

test.skipIf(!oldNode)('a checkout works with an older Node on the machine (needs one)', async () => {
	expect(await run(oldNode!, [launcher, '--version'])).toMatchObject({code: 0, stdout: '0.1.0\n'});
	expect((await run(oldNode!, [launcher, 'lst'])).code).toBe(2);
});

describe('installed from its tarball into an empty folder', () => {
	let folder: string;
	let installed: string;

	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-install-'));
		const npm = (args: string[], cwd: string) => execFileSync('npm', args, {cwd, stdio: ['ignore', 'pipe', 'ignore']});
		npm(['pack', '--ignore-scripts', '--pack-destination', folder], checkout);
		const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))!;
		npm(['install', '--offline', '--no-audit', '--no-fund', '--prefix', folder, join(folder, tarball)], folder);
		installed = join(folder, 'node_modules/.bin/endpoint-lab');
	});

	afterAll(() => {
		rmSync(folder, {recursive: true, force: true});
	});

	test('it is the only package there, and works', async () => {
		expect(readdirSync(join(folder, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['endpoint-lab']);
		expect((await run(process.execPath, [installed, 'list'])).stdout).toMatch(/^endpoints /m);
	});

	test.skipIf(!oldNode)('an older Node says in one line which it needs, and what to type (needs one)', async () => {
		const {code, stderr} = await run(oldNode!, [installed, 'play', 'endpoints', "it's"]);
		expect(code).toBe(1);
		expect(stderr.trimEnd().split('\n')).toHaveLength(1);
		const script = fileURLToPath(new URL(`file://${join(folder, 'node_modules/endpoint-lab/bin/endpoint-lab.mjs')}`));
		expect(stderr).toMatch(/^endpoint-lab needs Node 22\.18 or newer; this is \d+\.\d+\.\d+\. /);
		expect(stderr).toContain(`npx -y -p node@24 -- node ${script} play endpoints 'it'\\''s'`);
	});
});
