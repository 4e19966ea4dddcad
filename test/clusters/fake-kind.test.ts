import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import {createFakes, type Fakes} from '../fakes/fakes.ts';
import {kindTranscript} from '../fakes/transcripts.ts';

// Each call is several programs.
vi.setConfig({testTimeout: 120_000});

let folder: string;
let fakes: Fakes;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-fakes-'));
	fakes = createFakes(folder);
	fakes.state.addImage('kindest/node:v1.36.1@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5');
	writeFileSync(join(folder, 'mn.yaml'), 'nodes: [{role: control-plane}, {role: worker}, {role: worker}]\n');
	writeFileSync(join(folder, 'bad.yaml'), 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodez: []\n');
});

afterAll(() => rmSync(folder, {recursive: true, force: true}));

const kubeconfig = () => join(folder, 'lab.kubeconfig');

/** What differs from call to call: folders, and the greeting at the end. */
function plain(text: string): string {
	return text
		.replaceAll(/\$HOME|\$DIR/g, folder)
		.replace(/(--kubeconfig \S+\n\n)[^\n]+\n/, '$1(greeting)\n')
		.replaceAll(/Waiting ≤ \S+/g, 'Waiting ≤ …');
}

// In this order: each call finds what those before it have left.
test.each([
	'version',
	'version-quiet',
	'get-clusters-none',
	'get-nodes-none',
	'delete-unknown',
	'bad-flag',
	'bad-wait',
	'bad-name',
	'config-missing',
	'config-unknown-field',
	'create-3node-ok',
	'create-exists',
	'get-clusters-one',
	'get-nodes-three',
	'export-kubeconfig-ok',
	'load-archive-missing',
	'load-archive-dash',
	'delete-ok',
	'create-wait-timeout-exit0',
	'delete-stale-lock',
	'create-stale-lock',
	'quiet-failure-prints-nothing',
])('the fake kind answers like the real one: %s', name => {
	const {args, exitCode, stdout, stderr} = kindTranscript(name);
	const lock = name.includes('stale-lock') ? `${kubeconfig()}.lock` : undefined;
	if (lock) writeFileSync(lock, '');
	if (name.startsWith('quiet')) fakes.state.behave({daemon: 'stopped'});
	const words = args.map(plain);
	const answer = spawnSync('kind', words, {env: {PATH: fakes.path, HOME: folder}, encoding: 'utf8'});
	if (lock) rmSync(lock);
	expect({code: answer.status, stdout: answer.stdout.replace(/go\S+/, ''), stderr: plain(answer.stderr)}).toEqual({
		code: exitCode,
		stdout: stdout.replace(/go\S+/, ''),
		stderr: plain(stderr),
	});
	if (name === 'delete-ok') expect(readFileSync(kubeconfig(), 'utf8')).toHaveLength(28);
});
