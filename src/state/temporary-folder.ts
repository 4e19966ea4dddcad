import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isAlive} from './process-identity.ts';

/**
 * Makes an empty folder in the system's temporary one, named after this process, for its owner alone. Folders of the same
 * kind whose process is gone are removed: a killed one could not do it.
 */
export function makeTemporaryFolder(): string {
	for (const name of readdirSync(tmpdir())) {
		const pid = /^endpoint-lab-(\d+)-/.exec(name)?.[1];
		if (pid === undefined || isAlive({pid: Number(pid), started: ''})) continue;
		try {
			rmSync(join(tmpdir(), name), {recursive: true, force: true});
		} catch {
			// Another user's, who will remove it.
		}
	}
	return mkdtempSync(join(tmpdir(), `endpoint-lab-${process.pid}-`));
}
