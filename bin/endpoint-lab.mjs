#!/usr/bin/env node
// The launcher runs on any Node that knows modules, so that an old one gets a sentence instead of a syntax error.
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const launcher = fileURLToPath(import.meta.url);
const program = new URL('../dist/main.mjs', import.meta.url);
// A checkout brings its own Node as the development dependency `node`.
const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (!existsSync(program)) {
	fail('endpoint-lab is not built here. Build it with:  npm ci');
} else if (major > 22 || (major === 22 && minor >= 18)) {
	await start();
} else if (existsSync(ownNode)) {
	runWith(ownNode);
} else {
	const words = ['npx', '-y', '-p', 'node@24', '--', 'node', launcher, ...process.argv.slice(2)];
	fail(
		`endpoint-lab needs Node 22.18 or newer; this is ${process.versions.node}. ` +
			`Run it with a newer one:  ${words.map(quote).join(' ')}`,
	);
}

async function start() {
	// Keeps compiled code between starts, which halves the time to the first frame.
	const {enableCompileCache} = await import('node:module');
	enableCompileCache();
	await import(program.href);
}

/** Hands over to another Node. It shares our terminal and process group, so Ctrl-C reaches it without our help. */
function runWith(node) {
	const child = spawn(node, [launcher, ...process.argv.slice(2)], {stdio: 'inherit'});
	process.on('SIGINT', () => {});
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
	child.once('error', error => fail(`endpoint-lab could not start ${node}: ${error.message}`));
	child.once('exit', (code, signal) => {
		if (code !== null) process.exit(code);
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
	});
}

function fail(message) {
	console.error(message);
	process.exitCode = 1;
}

function quote(word) {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
