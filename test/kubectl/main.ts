// The built-in kubectl as a process of its own, for tests that need a terminal.
import {runKubectl} from '../../src/kubectl/kubectl.ts';

const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.exitCode = await runKubectl(process.argv.slice(2), {
	stdin: process.stdin,
	stdout: process.stdout,
	stderr: process.stderr,
	environment: process.env,
	cwd: process.cwd(),
	signal: stop.signal,
});
