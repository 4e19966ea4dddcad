import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {findContainerRuntime} from '../../src/clusters/container-runtime.ts';
import {type CreateKindOptions, createKind} from '../../src/clusters/kind/create-kind.ts';
import {findKind} from '../../src/clusters/kind/kind-program.ts';
import type {KindStep} from '../../src/clusters/kind/kind-steps.ts';
import {createFakes, type Fakes} from '../fakes/fakes.ts';
import {lives} from '../lives.ts';

vi.setConfig({testTimeout: 120_000});

let folder: string;
let fakes: Fakes;
let options: CreateKindOptions;
const steps: KindStep[] = [];
let pid = 0;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-fakes-'));
	fakes = createFakes(folder);
	fakes.state.addImage('kindest/node:v1.36.1');
	const environment = {PATH: fakes.path, HOME: folder};
	const {signal} = new AbortController();
	const [{runtime}, {kind}] = await Promise.all([
		findContainerRuntime({environment, signal}),
		findKind(environment, signal),
	]);
	steps.length = 0;
	options = {
		kind: kind!,
		runtime: runtime!,
		name: 'endpoint-lab-0a1b2c',
		image: 'kindest/node:v1.36.1',
		config: 'nodes: [{role: control-plane}]\n',
		kubeconfig: join(folder, 'kubeconfig'),
		log: join(folder, 'create.log'),
		retain: false,
		signal,
		onStart: started => {
			pid = started;
		},
		onStep: step => steps.push(step),
		onTick: () => {},
	};
});

afterEach(() => {
	vi.restoreAllMocks();
	rmSync(folder, {recursive: true, force: true});
});

/** From now on it is so many minutes later. */
function later(minutes: number): void {
	const real = Date.now;
	vi.spyOn(Date, 'now').mockImplementation(() => real() + minutes * 60_000);
}

test('a step that takes far too long is ended, with all that kind has started', async () => {
	fakes.state.behave({create: {stepMs: 1, hangAt: 'control-plane'}});
	const onStep = (step: KindStep) => {
		steps.push(step);
		if (step === 'control-plane') setTimeout(() => later(7), 100);
	};
	expect(await createKind({...options, onStep})).toEqual({code: 'stuck', step: 'control-plane', detail: ''});
	expect(lives(pid)).toBe(false);
});

test('a kind that hangs before its first step is ended too', async () => {
	fakes.state.behave({daemon: 'silent'});
	const onStart = (started: number) => {
		options.onStart(started);
		setTimeout(() => later(2), 100);
	};
	expect(await createKind({...options, onStart})).toEqual({code: 'stuck', step: undefined, detail: ''});
	expect(lives(pid)).toBe(false);
});

test('each step is told once, and everything that kind says is in the log, whole', async () => {
	fakes.state.behave({create: {stepMs: 1, newEmoji: true}});
	expect(await createKind(options)).toBeUndefined();
	expect(steps).toEqual(['image', 'nodes', 'configuration', 'control-plane', 'network', 'storage']);
	expect(readFileSync(options.log, 'utf8')).toContain(' ✓ Ensuring node image (kindest/node:v1.36.1) 🖼️\n');
});

test('a kind that is not there any more is a failure with a reason', async () => {
	const kind = {...options.kind, program: join(folder, 'gone')};
	expect(await createKind({...options, kind})).toMatchObject({
		code: 'unknown',
		detail: expect.stringContaining('ENOENT'),
	});
});
