import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import {isAlive, processOf} from '../state/process-identity.ts';

/**
 * Ends a shell and what runs inside it on the terminal that they share with us, as a terminal that is closed does (SIGHUP).
 * The shell ends last, so that editors and pagers have put the terminal back by then; after `limitMs` they are killed.
 */
export async function hangUp(shell: number, limitMs: number): Promise<void> {
	// Stopped, it starts nothing more.
	send(shell, 'SIGSTOP');
	const inside = descendantsOf(shell).map(processOf);
	for (const {pid} of inside) send(pid, 'SIGHUP');
	const deadline = performance.now() + limitMs;
	while (inside.some(isAlive) && performance.now() < deadline) await setTimeout(20);
	for (const one of inside) if (isAlive(one)) send(one.pid, 'SIGKILL');
	send(shell, 'SIGHUP');
	send(shell, 'SIGCONT');
}

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended meanwhile.
	}
}

/** The processes that a process has started, and those have started, the nearest first; none where nobody tells. */
function descendantsOf(pid: number): number[] {
	const parents = parentsOfAll();
	const found = [pid];
	for (const one of found) {
		for (const [child, parent] of parents) if (parent === one && !found.includes(child)) found.push(child);
	}
	return found.slice(1);
}

/** The parent of every process there is. */
function parentsOfAll(): Map<number, number> {
	try {
		return process.platform === 'linux' ? fromProc() : fromPs();
	} catch {
		return new Map();
	}
}

function fromProc(): Map<number, number> {
	const parents = new Map<number, number>();
	for (const name of readdirSync('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		try {
			// proc(5): behind the program's name, which may hold anything, come the state and the parent.
			const [, parent] = readFileSync(`/proc/${name}/stat`, 'latin1')
				.replace(/^.*\) /s, '')
				.split(' ');
			parents.set(Number(name), Number(parent));
		} catch {
			// It has ended meanwhile.
		}
	}
	return parents;
}

function fromPs(): Map<number, number> {
	const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	return new Map(
		listed
			.trim()
			.split('\n')
			.map((line): [number, number] => {
				const [pid, parent] = line.trim().split(/\s+/);
				return [Number(pid), Number(parent)];
			}),
	);
}
