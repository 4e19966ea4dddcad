import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import type {RequestOptions} from 'node:https';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {KubeConfig} from '@kubernetes/client-node';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {CredentialPluginError, watchCredentialPlugin} from '../../src/clusters/credential-plugin.ts';
import {lives} from '../lives.ts';
import {until} from '../until.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-plugin-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

function plugin(script: string): string {
	const file = join(folder, 'login');
	writeFileSync(file, `#!/bin/sh\n${script}\n`);
	chmodSync(file, 0o755);
	return file;
}

/** What a request gets from a kubeconfig whose user has a plugin. */
async function credentials(command: string, limitMs?: number): Promise<RequestOptions> {
	const config = new KubeConfig();
	config.loadFromString(
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			'current-context': 'work',
			contexts: [{name: 'work', context: {cluster: 'there', user: 'ada'}}],
			clusters: [{name: 'there', cluster: {server: 'https://there:6443'}}],
			users: [
				{
					name: 'ada',
					user: {
						exec: {
							apiVersion: 'client.authentication.k8s.io/v1',
							command,
							interactiveMode: 'IfAvailable',
							provideClusterInfo: true,
							env: [{name: 'MINE', value: 'yes'}],
						},
					},
				},
			],
		}),
	);
	const options: RequestOptions = {headers: {}};
	await watchCredentialPlugin(config, limitMs).applyToHTTPSOptions(options);
	return options;
}

const failure = (command: string, limitMs?: number): Promise<CredentialPluginError> =>
	credentials(command, limitMs).then(
		() => expect.unreachable(),
		error => {
			expect(error).toBeInstanceOf(CredentialPluginError);
			return error;
		},
	);

test('a plugin hears what client-go tells it, and its token is used', async () => {
	const credential =
		'{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"secret"}}';
	const command = plugin(`echo "$MINE $KUBERNETES_EXEC_INFO" > ${folder}/heard\necho '${credential}'`);
	expect((await credentials(command)).headers).toMatchObject({Authorization: 'Bearer secret'});
	const [mine, info] = readFileSync(join(folder, 'heard'), 'utf8').split(/ (.*)/);
	expect(mine).toBe('yes');
	expect(JSON.parse(info!)).toMatchObject({
		apiVersion: 'client.authentication.k8s.io/v1',
		kind: 'ExecCredential',
		spec: {interactive: false, cluster: {server: 'https://there:6443'}},
	});
});

test('one that is not there, one that fails and one that prints no credentials are told apart', async () => {
	expect(await failure('no-such-plugin-of-anybody')).toMatchObject({reason: 'absent'});
	expect(await failure(plugin('echo "sign in first" >&2; exit 3'))).toMatchObject({
		reason: 'failed',
		message: 'sign in first',
	});
	expect(await failure(plugin('echo hello'))).toMatchObject({reason: 'failed', message: 'hello'});
});

test('one that asks at the terminal finds nobody there', async () => {
	expect(await failure(plugin('printf "password: " >&2; read word || exit 1'))).toMatchObject({
		reason: 'failed',
		message: 'password:',
	});
});

test('one that says nothing is ended with all that it has started', async () => {
	const silent = plugin(`echo "open the page" >&2; sleep 600 & echo $! > ${folder}/child; wait`);
	const error = await failure(silent, 5_000);
	expect(error).toMatchObject({reason: 'silent', message: 'open the page', command: silent});
	await until(async () => existsSync(join(folder, 'child')));
	const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
	await until(async () => !lives(child));
});
