import {spawn} from 'node:child_process';
import {appendFileSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createSandbox, launcher, type Sandbox} from './cli.ts';

// Whole programs, several of them, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000});

let sandbox: Sandbox;

beforeEach(() => {
	sandbox = createSandbox();
});

afterEach(() => sandbox.remove());

/** The lab over a pipe that gives these lines; answers what it printed. */
async function lab(args: string[], lines: string[]): Promise<string> {
	const child = spawn(process.execPath, [launcher, ...args, '--plain', '--cluster', 'embedded'], {
		env: sandbox.environment,
	});
	let output = '';
	child.stdout.setEncoding('utf8').on('data', text => {
		output += text;
	});
	child.stderr.setEncoding('utf8').on('data', text => {
		output += text;
	});
	child.stdin.end(lines.map(line => `${line}\n`).join(''));
	const code = await new Promise<number | null>(resolve => child.once('close', resolve));
	expect({code, output: code === 0 ? '' : output}).toEqual({code: 0, output: ''});
	return output;
}

const seedIn = (output: string) => Number(/Detective: [^\n]* #(\d+)/.exec(output)?.[1]);
const journal = () => join(sandbox.home, 'progress', 'detective.jsonl');
const workFile = (name: string) => readFileSync(join(sandbox.home, 'work', 'detective', name), 'utf8');
const begin = 'kubectl apply -f neighbour.yaml -f incident.yaml';

test('a drill lasts until it is finished, also over a restart of the lab, and the next one is another', async () => {
	const first = await lab(['detective'], [begin, 'wait', 'quit']);
	const seed = seedIn(first);
	expect(seed).toBeGreaterThan(0);
	expect(first).toMatch(/^Done: At least three|^Done: The Service \w+ is there/m);
	const incident = workFile('incident.yaml');

	const again = await lab(['detective', '--lang', 'zh-CN'], ['quit']);
	expect(again).toContain(`#${seed}`);
	expect(workFile('incident.yaml')).toBe(incident);

	appendFileSync(journal(), `${JSON.stringify({at: Date.now(), type: 'finish'})}\n`);
	const next = await lab(['detective'], ['kubectl get pods,services,deployments -l lab=detective', 'quit']);
	expect(seedIn(next)).not.toBe(seed);
	expect(workFile('incident.yaml')).not.toBe(incident);
	expect(next).toContain('No resources found');
});

test('--seed brings the same drill each time, and removes the one before it, in whatever namespace', async () => {
	const first = await lab(['detective', '--seed', '4'], [begin, 'wait', 'quit']);
	expect(seedIn(first)).toBe(4);
	expect(workFile('incident.yaml')).toContain('namespace: staging');

	const other = await lab(['detective', '--seed', '7'], ['kubectl get namespaces', 'quit']);
	expect(seedIn(other)).toBe(7);
	expect(workFile('incident.yaml')).toContain('path: /healthz');
	expect(other).toContain('kube-system');
	expect(other).not.toContain('staging');

	const kept = await lab(['detective', '--seed', '7'], ['hint', 'quit']);
	expect(seedIn(kept)).toBe(7);
	expect(seedIn(await lab(['detective', '--seed', '4'], ['quit']))).toBe(4);
	expect(workFile('incident.yaml')).toContain('namespace: staging');
});

test('what a wrong mend would cost is said at once, without a hint being asked for', async () => {
	const output = await lab(
		['detective', '--seed', '1'],
		[
			begin,
			'wait',
			'next',
			`kubectl patch service shop --type=json -p '[{"op":"replace","path":"/spec/selector","value":{"tier":"web"}}]'`,
			`until [ "$(kubectl get endpoints shop -o jsonpath='{.subsets[*].addresses[*].ip}' | wc -w)" = 4 ]; do sleep 0.1; done`,
			'kubectl get endpoints',
			'quit',
		],
	);
	expect(output).toContain('Pods of blog');
	expect(output).not.toContain('It was the Service');
});

test('a seed that is none, and one for a lesson without drills, are wrong usage', async () => {
	for (const seed of ['0', '-3', 'x', '1.5']) {
		const {code, stderr} = await sandbox.run(['play', 'detective', `--seed=${seed}`]);
		expect({code, stderr}).toMatchObject({code: 2, stderr: expect.stringContaining(`"${seed}" is no seed`)});
	}
	const {code, stderr} = await sandbox.run(['play', 'endpoints', '--seed', '3']);
	expect(code).toBe(2);
	expect(stderr).toContain('endpoint-lab detective --seed N');
});
