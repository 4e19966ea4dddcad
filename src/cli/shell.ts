import {constants} from 'node:os';
import {execa} from 'execa';
import {interactiveShell, shellEnvironment} from '../clusters/shell.ts';
import {prepareBin} from '../clusters/work-folder.ts';
import {UserError} from '../text/user-error.ts';
import {askedCluster, chooseCluster, kindOptions} from './cluster-choice.ts';
import type {Context, ExitCode} from './context.ts';
import {openForCommand} from './open-cluster.ts';
import type {PlayOptions} from './program.ts';

/**
 * `endpoint-lab shell`: the learner's own shell in the lab's cluster. It ends with the shell's exit code. The variables
 * are set before the shell reads its rc files, so one that exports http_proxy itself wins.
 */
export async function shell(options: PlayOptions, context: Context): Promise<ExitCode> {
	const {text, environment} = context;
	if (environment.ENDPOINT_LAB) throw new UserError(text.cli.shell.nested);
	const program = interactiveShell(environment);
	if (!program) throw new UserError(text.cli.shell.noShell);
	const home = context.home();
	const name = await chooseCluster(askedCluster(options.cluster, context), context);
	const cluster = await openForCommand(name, {kind: kindOptions(options, name, text), yes: options.yes}, context);
	context.note(text.cli.shell.welcome(cluster.title));
	if ((await cluster.clock?.get())?.speed === 0) context.note(text.cli.clock.pausedNote);
	const release = context.holdInterrupt();
	try {
		const {exitCode, signal, cause} = await execa(program, {
			stdio: 'inherit',
			env: shellEnvironment({
				base: environment,
				kubeconfig: cluster.kubeconfig,
				gateway: cluster.gateway,
				kubectlCache: home.kubectlCache,
				bin: prepareBin(home.bin, environment, context.launcher),
			}),
			extendEnv: false,
			reject: false,
			cancelSignal: context.signal,
			// What a terminal sends when it closes; interactive shells do not heed SIGTERM.
			killSignal: 'SIGHUP',
		});
		if (signal) return 128 + constants.signals[signal as NodeJS.Signals];
		if (exitCode === undefined) throw cause;
		return exitCode;
	} finally {
		release();
		await cluster.close();
	}
}
