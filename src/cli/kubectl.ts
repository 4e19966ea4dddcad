import {addressOf} from '../clusters/embedded-cluster.ts';
import {runKubectl} from '../kubectl/kubectl.ts';
import {lockHolder} from '../state/lock.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';

/**
 * `endpoint-lab kubectl …`: the built-in kubectl. Outside the lab's shell it speaks to the cluster that runs for this
 * home, and never to the one of the user's own kubeconfig.
 */
export async function kubectl(argv: string[], context: Context): Promise<ExitCode> {
	let {environment} = context;
	if (!environment.ENDPOINT_LAB) {
		const holder = lockHolder(context.home().clusterLock);
		const address = holder && addressOf(holder);
		if (!address) throw new UserError(context.text.cli.status.nothing);
		environment = {...environment, KUBECONFIG: address.kubeconfig};
	}
	const {stdin, stdout, stderr} = process;
	return await runKubectl(argv, {stdin, stdout, stderr, environment, cwd: process.cwd(), signal: context.signal});
}
