import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {freezeContext, isKnownLocal} from '../../src/clusters/context/frozen-context.ts';
import {textIn} from '../../src/text/text.ts';
import {kubectl} from '../simulator/running-cluster.ts';

const text = textIn('en');
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-frozen-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

const file = (name: string, content: unknown) => {
	const path = join(folder, name);
	mkdirSync(join(path, '..'), {recursive: true});
	writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
	return path;
};
const config = (content: object) => ({apiVersion: 'v1', kind: 'Config', ...content});
const freeze = (kubeconfig: string, name: string) => freezeContext({KUBECONFIG: kubeconfig}, name, text);
const entries = (kubeconfig: string) => {
	const {contexts, clusters, users} = JSON.parse(kubeconfig);
	return {contexts, clusters, users};
};

/** A kubeconfig in two files with all that can be relative in it. */
function twoFiles(): string {
	file('certificates/ca.crt', 'the authority');
	file('certificates/user.crt', 'the certificate');
	file('certificates/user.key', 'the key');
	const first = file(
		'one/config',
		config({
			'current-context': 'other',
			clusters: [
				{name: 'there', cluster: {server: 'https://there:6443', 'certificate-authority': '../certificates/ca.crt'}},
			],
			contexts: [
				{name: 'work', context: {cluster: 'there', user: 'ada', namespace: 'team'}},
				{name: 'other', context: {cluster: 'there', user: 'plugin'}},
			],
			users: [
				{
					name: 'plugin',
					user: {
						exec: {
							apiVersion: 'client.authentication.k8s.io/v1',
							command: './login',
							args: ['--now'],
							interactiveMode: 'Never',
						},
					},
				},
				{name: 'token', user: {tokenFile: 'token'}},
			],
		}),
	);
	const second = file(
		'two/config',
		config({
			clusters: [{name: 'there', cluster: {server: 'https://elsewhere:6443'}}],
			contexts: [
				{name: 'work', context: {cluster: 'elsewhere', user: 'nobody'}},
				{name: 'by-token', context: {cluster: 'there', user: 'token'}},
			],
			users: [
				{
					name: 'ada',
					user: {'client-certificate': '../certificates/user.crt', 'client-key': '../certificates/user.key'},
				},
			],
		}),
	);
	return [first, join(folder, 'missing'), second].join(delimiter);
}

test('one context is copied with its certificates in it, and the rest is left out', () => {
	const frozen = freeze(twoFiles(), 'work');
	expect(frozen).toMatchObject({server: 'https://there:6443', user: 'ada', namespace: 'team'});
	const base64 = (words: string) => Buffer.from(words).toString('base64');
	expect(JSON.parse(frozen.kubeconfig('mine'))).toEqual({
		apiVersion: 'v1',
		kind: 'Config',
		'current-context': 'work',
		contexts: [{name: 'work', context: {cluster: 'there', user: 'ada', namespace: 'mine'}}],
		clusters: [
			{name: 'there', cluster: {server: 'https://there:6443', 'certificate-authority-data': base64('the authority')}},
		],
		users: [
			{
				name: 'ada',
				user: {'client-certificate-data': base64('the certificate'), 'client-key-data': base64('the key')},
			},
		],
	});
});

test('a plugin and a token file stay, found from where the file lies that names them', () => {
	const files = twoFiles();
	expect(entries(freeze(files, 'other').kubeconfig('x')).users[0].user.exec.command).toBe(join(folder, 'one', 'login'));
	expect(entries(freeze(files, 'by-token').kubeconfig('x')).users[0].user.tokenFile).toBe(join(folder, 'one', 'token'));
});

describe.skipIf(!kubectl)('stock kubectl', () => {
	// kubectl leaves the path of a token file as it is, which is of no use in another folder.
	test.each(['work', 'other'])('config view --minify --flatten --raw of %s is the same', name => {
		const files = twoFiles();
		const command = ['config', 'view', '--minify', '--flatten', '--raw', '--context', name, '-o', 'json'];
		const printed = execFileSync(kubectl!, command, {env: {...process.env, KUBECONFIG: files}, encoding: 'utf8'});
		const expected = entries(printed);
		const namespace = expected.contexts[0].context.namespace ?? 'default';
		const found = entries(freeze(files, name).kubeconfig(namespace));
		expected.contexts[0].context.namespace = namespace;
		// kubectl writes out the fields of a plugin that are not set.
		for (const user of expected.users) {
			if (!user.user.exec) continue;
			for (const key of ['env', 'provideClusterInfo']) delete user.user.exec[key];
			// Only the commands that use a plugin look for it where it lies.
			user.user.exec.command = found.users[0].user.exec.command;
		}
		expect(found).toEqual(expected);
	});
});

test('what is missing is said with what there is', () => {
	const files = twoFiles();
	expect(() => freeze(files, 'wrok')).toThrow(
		/no context named wrok\. Do you mean work\? It has: work, other, by-token/,
	);
	expect(() => freeze(files, 'production')).toThrow(/no context named production\. It has: work, other, by-token/);
	expect(() => freeze(join(folder, 'nothing'), 'work')).toThrow(/has no context named work\. It has none/);
	expect(() => freeze(file('broken', 'contexts: ['), 'work')).toThrow(/broken cannot be read/);
	const half = file('half', config({contexts: [{name: 'a', context: {cluster: 'c', user: 'u'}}]}));
	expect(() => freeze(half, 'a')).toThrow(/names a cluster that is not there/);
	const cluster = {name: 'c', cluster: {server: 'https://c', 'certificate-authority': 'gone.crt'}};
	const contexts = [{name: 'a', context: {cluster: 'c', user: 'u'}}];
	expect(() => freeze(file('userless', config({contexts, clusters: [cluster]})), 'a')).toThrow(
		/names a user that is not there/,
	);
	const users = [{name: 'u', user: {token: 't'}}];
	expect(() => freeze(file('gone', config({contexts, clusters: [cluster], users})), 'a')).toThrow(
		/gone\.crt cannot be read/,
	);
});

test('only a local name with a local server needs no question', () => {
	const local = (name: string, server: string) => isKnownLocal({name, server});
	expect(local('kind-lab', 'https://127.0.0.1:40123')).toBe(true);
	expect(local('k3d-mine', 'https://localhost:6550')).toBe(true);
	expect(local('docker-desktop', 'https://kubernetes.docker.internal:6443')).toBe(true);
	expect(local('minikube', 'https://192.168.49.2:8443')).toBe(true);
	expect(local('orbstack', 'https://127.0.0.1:26443')).toBe(true);
	expect(local('colima-x86', 'https://127.0.0.1:6443')).toBe(true);
	expect(local('rancher-desktop', 'https://127.0.0.1:6443')).toBe(true);
	expect(local('kind-lab', 'https://prod.example.com:6443')).toBe(false);
	expect(local('minikube', 'https://34.1.2.3')).toBe(false);
	expect(local('production', 'https://127.0.0.1:6443')).toBe(false);
	expect(local('my-kind-lab', 'https://127.0.0.1:6443')).toBe(false);
});
