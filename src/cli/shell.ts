import {spawn} from 'node:child_process';
import {constants} from 'node:os';
import {openEmbeddedCluster} from '../clusters/embedded-cluster.ts';
import {interactiveShell, shellEnvironment} from '../clusters/shell.ts';
import {prepareBin} from '../clusters/work-folder.ts';
import {UserError} from '../text/user-error.ts';
import {chooseCluster} from './cluster-choice.ts';
import type {Context, ExitCode} from './context.ts';
import type {RunOptions} from './program.ts';

/**
 * `endpoint-lab shell`: the learner's own shell in the lab's cluster. It ends with the shell's exit code. The variables
 * are set before the shell reads its rc files, so one that exports http_proxy itself wins.
 */
export async function shell(options: RunOptions, context: Context): Promise<ExitCode> {
	const {text, environment} = context;
	chooseCluster(options.cluster, text);
	if (environment.ENDPOINT_LAB) throw new UserError(text.cli.shell.nested);
	const program = interactiveShell(environment);
	if (!program) throw new UserError(text.cli.shell.noShell);
	const home = context.home();
	const cluster = await openEmbeddedCluster({...context, home});
	if (cluster.notice) context.note(cluster.notice);
	context.note(text.cli.shell.welcome(cluster.title));
	const release = context.holdInterrupt();
	try {
		const child = spawn(program, {
			stdio: 'inherit',
			env: shellEnvironment({
				base: environment,
				kubeconfig: cluster.kubeconfig,
				gateway: cluster.gateway,
				kubectlCache: home.kubectlCache,
				bin: prepareBin(home.bin, environment, context.launcher),
			}),
		});
		const forward = () => child.kill('SIGHUP');
		context.signal.addEventListener('abort', forward, {once: true});
		return await new Promise<ExitCode>((resolve, reject) => {
			child.once('error', reject);
			child.once('exit', (code, by) => resolve(by ? 128 + constants.signals[by] : (code ?? 1)));
		});
	} finally {
		release();
		await cluster.close();
	}
}
