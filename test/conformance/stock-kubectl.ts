import {spawnSync} from 'node:child_process';

/**
 * The minor version of the kubectl on PATH; undefined when there is none, or only one older than 1.32, which prints other
 * things than those that the answers were captured with.
 */
export function stockKubectlMinor(): number | undefined {
	const {status, stdout} = spawnSync('kubectl', ['version', '--client'], {encoding: 'utf8'});
	const minor = /^Client Version: v1\.(\d+)/m.exec(stdout ?? '')?.[1];
	return status === 0 && Number(minor) >= 32 ? Number(minor) : undefined;
}
