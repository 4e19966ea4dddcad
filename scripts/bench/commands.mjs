// Child of bench.mjs: how long the built program takes to say something. Prints one JSON object: milliseconds by what was
// started, median and least of nine runs, an empty Node process beside them as the floor. usage: node commands.mjs
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/endpoint-lab.mjs', import.meta.url));
const runs = 9;
const home = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const environment = {...process.env, ENDPOINT_LAB_HOME: home};

try {
	const measured = {
		'an empty Node process': await milliseconds(['-e', '0']),
		'endpoint-lab --help': await milliseconds([launcher, '--help']),
		'endpoint-lab list': await milliseconds([launcher, 'list']),
		'endpoint-lab up, to its first line': await milliseconds([launcher, 'up'], {untilOutput: true}),
	};
	console.log(JSON.stringify(measured));
} finally {
	rmSync(home, {recursive: true, force: true});
}

/** Median and least time of a process: to its end, or to the first thing it says. */
async function milliseconds(words, {untilOutput = false} = {}) {
	const times = [];
	for (let run = 0; run < runs; run++) {
		const start = performance.now();
		const child = spawn(process.execPath, words, {env: environment, stdio: ['ignore', 'pipe', 'ignore']});
		const ended = new Promise(resolve => child.once('close', resolve));
		if (untilOutput) await new Promise(resolve => child.stdout.once('data', resolve));
		else child.stdout.resume();
		if (!untilOutput) await ended;
		times.push(performance.now() - start);
		child.kill();
		await ended;
	}
	times.sort((a, b) => a - b);
	return {median: Math.round(times[runs >> 1]), least: Math.round(times[0])};
}
