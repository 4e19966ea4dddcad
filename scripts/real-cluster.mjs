#!/usr/bin/env node
// Proves every lesson on a real cluster, and compares the recorded answers of kubectl with those of a real kind cluster.
// usage: node scripts/real-cluster.mjs                              on a kind cluster that is made for this and removed
//        node scripts/real-cluster.mjs --context NAME               the lessons only, in a namespace of their own
//        node scripts/real-cluster.mjs … LESSON… --kind-image IMAGE these lessons only; options are those of endpoint-lab test
// Its last line says what it came to: passed (exit code 0), failed (1), or skipped, which proves nothing (77).
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {$, argv} from 'zx';

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = join(root, 'bin', 'endpoint-lab.mjs');
const home = mkdtempSync(join(tmpdir(), 'endpoint-lab-real-'));
const codes = {passed: 0, failed: 1, skipped: 77, interrupted: 130};
const {_: lessons, context, ...options} = argv;
const handedOn = Object.entries(options).flatMap(([name, value]) =>
	value === true ? [`--${name}`] : [`--${name}`, value],
);
// Ctrl-C reaches endpoint-lab too, which then removes what it has made; this waits for it.
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
	process.on(signal, () => {
		interrupted = true;
	});
}
const lab = $({
	cwd: root,
	env: {...process.env, ENDPOINT_LAB_HOME: home, ENDPOINT_LAB_LANG: 'en', ENDPOINT_LAB_CLUSTER: ''},
	nothrow: true,
	stdio: ['inherit', 'pipe', 'inherit'],
});
const endpointLab = (...words) => lab`${process.execPath} ${launcher} ${words}`;

const {result, why} = await run()
	.catch(error => ({result: 'failed', why: error.message}))
	.finally(() => rmSync(home, {recursive: true, force: true}));
if (interrupted) end('interrupted');
end(result, why);

function end(result, why) {
	console.log(`real-cluster: ${result}${why ? `: ${why}` : ''}`);
	process.exit(codes[result]);
}

async function run() {
	if (!existsSync(join(root, 'dist'))) return {result: 'skipped', why: 'not built; run npm run build first'};
	if (context !== undefined) return await proveLessons(`context:${context}`);
	const {stdout} = await endpointLab('doctor', '--json').quiet();
	const kind = JSON.parse(stdout).clusters.find(({place}) => place === 'kind');
	if (!kind?.runs) return {result: 'skipped', why: `no kind cluster can be made here (${kind?.because.join(', ')})`};
	const parts = [await proveLessons('kind')];
	if (lessons.length === 0 && !interrupted) parts.push(await compareAnswers());
	const problems = parts.filter(({result}) => result !== 'passed');
	return problems.find(({result}) => result === 'failed') ?? problems[0] ?? {result: 'passed'};
}

/** Every lesson both ways. A cluster that can run none of them proves nothing. */
async function proveLessons(cluster) {
	const began = Date.now();
	const proof = await endpointLab('test', ...lessons, '--cluster', cluster, '--yes', ...handedOn).pipe(process.stdout);
	// A lesson with drills is proven once for each.
	const told = ending => new Set([...proof.stdout.matchAll(ending)].map(([, lesson]) => lesson)).size;
	const proven = told(/^Lesson (\S+)(?: --seed \d+)? is proven\.$/gm);
	const skipped = told(/^Lesson (\S+)(?: --seed \d+)? is skipped/gm);
	console.log(`${proven} lessons proven, ${skipped} skipped, ${Math.round((Date.now() - began) / 1000)} s`);
	if (proof.exitCode !== 0) return {result: 'failed', why: `endpoint-lab test --cluster ${cluster}`};
	return proven > 0 ? {result: 'passed'} : {result: 'skipped', why: `no lesson can run on ${cluster}`};
}

/** The scripts of test/conformance against a kind cluster instead of the embedded one. */
async function compareAnswers() {
	try {
		const up = await endpointLab('up', '--detach', '--cluster', 'kind', ...handedOn).quiet();
		const kubeconfig = /^export KUBECONFIG='?([^'\n]*)'?$/m.exec(up.stdout)?.[1];
		const gateway = /http_proxy=(\S+)/.exec(up.stdout)?.[1];
		if (!kubeconfig || !gateway) return {result: 'failed', why: 'endpoint-lab up --cluster kind'};
		const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
		const tests = await $({
			cwd: root,
			env: {...process.env, REAL_KUBECONFIG: kubeconfig, REAL_GATEWAY: gateway},
			nothrow: true,
			stdio: 'inherit',
		})`${process.execPath} ${vitest} run --no-file-parallelism test/conformance/corpus.test.ts test/conformance/commands.test.ts`;
		return tests.exitCode === 0 ? {result: 'passed'} : {result: 'failed', why: 'test/conformance'};
	} finally {
		await endpointLab('down', '--delete', '--cluster', 'kind').quiet();
	}
}
