#!/usr/bin/env node
import {spawnSync} from 'node:child_process';
// The launcher runs on any Node that knows modules, so that an old one gets a sentence instead of a syntax error.
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
	const {enableCompileCache} = await import('node:module');
	enableCompileCache();
	await import('../dist/main.mjs');
} else {
	// A checkout brings its own Node as the development dependency `node`.
	const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
	if (existsSync(own)) {
		const child = spawnSync(own, process.argv.slice(1), {stdio: 'inherit'});
		process.exit(child.status === null ? 1 : child.status);
	}
	const words = ['npx', '-y', '-p', 'node@24', '-p', 'endpoint-lab', 'endpoint-lab', ...process.argv.slice(2)];
	console.error(
		`endpoint-lab needs Node 22.18 or newer; this is ${process.versions.node}. Run it with a newer one:  ${words.join(' ')}`,
	);
	process.exit(1);
}
