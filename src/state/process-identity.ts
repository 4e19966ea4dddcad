import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';

/** A process as a file can name it: numbers are used again, so the time it started belongs to it. */
export type ProcessIdentity = {pid: number; started: string};

/** This process. */
export function thisProcess(): ProcessIdentity {
	return processOf(process.pid);
}

/** A process that runs now, by its number. */
export function processOf(pid: number): ProcessIdentity {
	return {pid, started: startOf(pid) ?? ''};
}

/**
 * Whether that very process still runs. Where the system does not tell a process' start (Windows), its number alone
 * decides.
 */
export function isAlive({pid, started}: ProcessIdentity): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		// EPERM: it lives, and belongs to somebody else.
		if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
	}
	const start = startOf(pid);
	return start === undefined ? process.platform === 'win32' : start === started || started === '';
}

/** When a process started, in a form that only serves to compare; undefined when there is none or no way to know. */
function startOf(pid: number): string | undefined {
	try {
		if (process.platform === 'linux') {
			// proc(5): the 22nd field, in clock ticks since boot; the second one is a name that may hold anything.
			const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
				.replace(/^.*\) /s, '')
				.split(' ');
			if (fields[0] === 'Z') return undefined;
			const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
			return `${boot} ${fields[19]}`;
		}
		if (process.platform === 'win32') return undefined;
		const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
			encoding: 'utf8',
			env: {...process.env, LC_ALL: 'C'},
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		return started.trim() || undefined;
	} catch {
		return undefined;
	}
}
