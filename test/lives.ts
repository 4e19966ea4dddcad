import {readFileSync} from 'node:fs';

/** Whether a process runs; one that has ended and that nobody has collected yet does not. */
export function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	try {
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return process.platform !== 'linux';
	}
}
