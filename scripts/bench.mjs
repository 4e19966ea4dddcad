#!/usr/bin/env node
// Measures the embedded cluster beside floors and a peer in the same run, and prints the table of the README.
// usage: npm run bench            (about six minutes; npm run build first)
import {mkdtempSync, rmSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'tsdown';
import {$} from 'zx';

$.verbose = false;
const here = fileURLToPath(new URL('./bench/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const measure = async (script, ...parameters) =>
	JSON.parse((await $`${process.execPath} ${script} ${parameters}`).stdout.trim().split('\n').at(-1));
const bench = (name, ...parameters) => measure(join(here, `${name}.mjs`), ...parameters);
const two = value => String(Number(value.toPrecision(2)));

await build({
	config: false,
	entry: {webernetes: join(here, 'webernetes.mjs')},
	outDir: work,
	platform: 'node',
	format: 'esm',
	dts: false,
	logLevel: 'error',
	deps: {alwaysBundle: [/.*/], onlyBundle: false},
});
const peer = pods => measure(join(work, 'webernetes.mjs'), pods);

const rows = [];
const row = (what, ours, beside, goal) => {
	rows.push([what, ours, beside, goal]);
	console.error(`${what}: ${ours} (${beside})`);
};

const start = await bench('start', 9);
row(
	'new cluster: start to first answer',
	`${two(start.first)} ms`,
	`bare HTTPS server in a thread ${two(start.floor)} ms`,
	'≤ 100 ms',
);
row(
	'known cluster: start to first answer',
	`${two(start.again)} ms`,
	`bare HTTPS server in a thread ${two(start.floor)} ms`,
	'≤ 100 ms',
);

const {'an empty Node process': floor, ...commands} = await bench('commands');
for (const [command, {median}] of Object.entries(commands)) {
	row(command, `${median} ms`, `an empty Node process ${floor.median} ms`, '≤ 200 ms');
}

const kind = await bench('kind');
row(
	'what the lab adds to the start of a kind cluster',
	`${two(kind.adds)} s`,
	`bare start with fakes ${two(kind.bare)} s, their calls alone ${two(kind.calls)} s`,
	'≤ 1 s or 2 %',
);

const deployments = {};
for (const pods of [3, 100, 300, 1000, 3000, 10_000]) {
	const runs = [];
	for (let run = 0; run < (pods <= 300 ? 5 : 1); run++) runs.push(await bench('deployment', pods));
	deployments[pods] = runs.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[runs.length >> 1];
}
for (const pods of [3, 100, 300]) {
	const theirs = await peer(pods);
	const ours = deployments[pods];
	const ratio = `@ngrok/webernetes ${two(theirs.cpuSeconds)} s, ${two(theirs.cpuSeconds / ours.cpuSeconds)} times ours`;
	row(
		`Deployment of ${pods} Pods until all are endpoints, CPU`,
		`${two(ours.cpuSeconds)} s`,
		ratio,
		pods === 300 ? '≤ 0.4 s, 20 times' : '',
	);
}
for (const pods of [1000, 3000, 10_000]) {
	const {cpuSeconds, peakMegabytes} = deployments[pods];
	row(
		`Deployment of ${pods} Pods until all are endpoints, CPU`,
		`${two(cpuSeconds)} s`,
		`peak memory ${Math.round(peakMegabytes)} MB`,
		pods === 10_000 ? '≤ 12 s, ≤ 600 MB' : '',
	);
}
const exponent = Math.log(deployments[10_000].cpuSeconds / deployments[300].cpuSeconds) / Math.log(10_000 / 300);
row('growth exponent from 300 to 10,000 Pods', exponent.toFixed(2), 'linear is 1', '≤ 1.15');

const idle = await bench('idle', 1000, 20);
const nothing = await bench('idle', 0, 5);
row(
	'1,000 ready Pods with readiness probes, idle',
	`${two(idle.share * 100)} % of a core`,
	`no Pods ${two(nothing.share * 100)} %`,
	'≤ 3 %',
);

const traffic = await bench('traffic', 10_000, 100, 500);
row(
	'list of 10,000 Pods',
	`${Math.round(traffic.listMs)} ms for ${Math.round(traffic.megabytes)} MB`,
	`the same bytes from a bare server ${Math.round(traffic.floorMs)} ms`,
	'',
);
row(
	`100 watchers while 500 Pods churn`,
	`${traffic.eventsPerSecond.toLocaleString('en')} events/s`,
	`${traffic.events} changes each; ${traffic.wrong} watchers wrong, ${traffic.repeated} events repeated`,
	'0 and 0',
);

const screen = await bench('screen', 30);
const busy = 'the screen at 200×50, 5,000 Pods, 500 changes a second';
row(
	`${busy}: a key to the screen, p95`,
	`${two(screen.keyP95)} ms`,
	`an app of bare Ink that echoes keys ${two(screen.floorP95)} ms`,
	'≤ 60 ms',
);
row(
	`${busy}: a change to the screen, p99`,
	`${two(screen.changeP99)} ms`,
	`median ${two(screen.changeMedian)} ms`,
	'≤ 200 ms',
);
row(
	`${busy}: the screen's thread`,
	`${two(screen.cpu * 100)} % of a core`,
	`${two(screen.cpuTyping * 100)} % while somebody types`,
	'≤ 25 %',
);
row(
	'the same when nothing happens',
	`${two(screen.idle * 100)} % of a core`,
	`memory ${Math.round(screen.megabytes)} MB`,
	'≤ 2 %',
);
row(
	`${busy}: memory in use, garbage aside`,
	`${two(screen.heapFirst)} MB, ${two(screen.heapMinutes * 60)} s later ${two(screen.heapLast)} MB`,
	'over ten minutes: node scripts/bench/screen.mjs 600',
	'no growth',
);
rmSync(work, {recursive: true, force: true});

console.log(`Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0].model.trim()})\n`);
console.log('| measure | endpoint-lab | beside it, in the same run | goal |\n|---|---|---|---|');
for (const cells of rows) console.log(`| ${cells.join(' | ')} |`);
if (traffic.wrong || traffic.repeated) process.exitCode = 1;
