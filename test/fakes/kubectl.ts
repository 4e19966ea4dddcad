/**
 * A fake kubectl: `kubectl.ts STATE kubectl words…`. It notes how it is called, and does what it is asked as the lab's own kubectl
 * would, so that what it keeps is in the cluster.
 */
import {spawnSync} from 'node:child_process';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {FakeState} from './state.ts';

const [folder = '', , ...words] = process.argv.slice(2);
const state = new FakeState(folder);
const {version = 'v1.36.2', hangs} = state.behaviour().kubectl ?? {};

state.noteCall('kubectl', words);
if (hangs) await delay(600_000);
if (words[0] === 'version' && words.includes('--client')) {
	const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version)!;
	process.stdout.write(`${JSON.stringify({clientVersion: {major, minor, gitVersion: version}})}\n`);
} else {
	const launcher = fileURLToPath(new URL('../../bin/endpoint-lab.mjs', import.meta.url));
	const {status} = spawnSync(process.execPath, [launcher, 'kubectl', ...words], {stdio: 'inherit'});
	process.exitCode = status ?? 1;
}
