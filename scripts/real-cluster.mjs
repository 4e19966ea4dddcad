#!/usr/bin/env node
// Proves every lesson on a real cluster, and compares the recorded answers of kubectl with those of a real kind cluster.
// usage: node scripts/real-cluster.mjs                    on a kind cluster that is made for this and removed
//        node scripts/real-cluster.mjs --context NAME     the lessons only, in a namespace of their own
// Its last line says what it came to: passed (exit code 0), failed (1), or skipped, which proves nothing (77).
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {$, argv} from 'zx';

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = join(root, 'bin', 'endpoint-lab.mjs');
const home = mkdtempSync(join(tmpdir(), 'endpoint-lab-real-'));
const codes = {passed: 0, failed: 1, skipped: 77};
const lab = $({
	cwd: root,
	env: {...process.env, ENDPOINT_LAB_HOME: home, ENDPOINT_LAB_LANG: 'en', ENDPOINT_LAB_CLUSTER: ''},
	nothrow: true,
	stdio: ['inherit', 'pipe', 'inherit'],
});
const endpointLab = (...words) => lab`${process.execPath} ${launcher} ${words}`;

const {result, why} = await run().finally(() => rmSync(home, {recursive: true, force: true}));
console.log(`real-cluster: ${result}${why ? `: ${why}` : ''}`);
process.exit(codes[result]);

async function run() {
	if (!existsSync(join(root, 'dist'))) return {result: 'skipped', why: 'not built; run npm run build first'};
	if (argv.context) return await proveLessons(`context:${argv.context}`);
	const {stdout} = await endpointLab('doctor', '--json').quiet();
	const kind = JSON.parse(stdout).clusters.find(({place}) => place === 'kind');
	if (!kind?.runs) return {result: 'skipped', why: `no kind cluster can be made here (${kind?.because.join(', ')})`};
	const lessons = await proveLessons('kind');
	const answers = await compareAnswers();
	const problems = [lessons, answers].filter(({result}) => result !== 'passed');
	return problems.find(({result}) => result === 'failed') ?? problems[0] ?? {result: 'passed'};
}

/** Every lesson both ways. A cluster that can run none of them proves nothing. */
async function proveLessons(cluster) {
	const began = Date.now();
	const proof = await endpointLab('test', '--cluster', cluster, '--yes').pipe(process.stdout);
	const proven = proof.stdout.match(/^Lesson \S+ is proven\.$/gm)?.length ?? 0;
	const skipped = proof.stdout.match(/^Lesson \S+ is skipped/gm)?.length ?? 0;
	console.log(`${proven} lessons proven, ${skipped} skipped, ${Math.round((Date.now() - began) / 1000)} s`);
	if (proof.exitCode !== 0) return {result: 'failed', why: `endpoint-lab test --cluster ${cluster}`};
	return proven > 0 ? {result: 'passed'} : {result: 'skipped', why: `no lesson can run on ${cluster}`};
}

/** The scripts of test/conformance against a kind cluster instead of the embedded one. */
async function compareAnswers() {
	try {
		const up = await endpointLab('up', '--detach', '--cluster', 'kind').quiet();
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
