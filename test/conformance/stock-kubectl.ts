import {spawnSync} from 'node:child_process';

/** The minor version of the kubectl on PATH; undefined when there is none. */
export function stockKubectlMinor(): number | undefined {
	const {status, stdout} = spawnSync('kubectl', ['version', '--client'], {encoding: 'utf8'});
	const minor = /^Client Version: v1\.(\d+)/m.exec(stdout ?? '')?.[1];
	return status === 0 && minor ? Number(minor) : undefined;
}
