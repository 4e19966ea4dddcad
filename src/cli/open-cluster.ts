import {type ClusterName, type OpenClusterOptions, type OpenedCluster, openCluster} from '../clusters/open-cluster.ts';
import {confirm} from './confirm.ts';
import {askForContext} from './confirm-context.ts';
import type {Context} from './context.ts';
import {openProgressBar} from './progress-bar.ts';

type Own =
	| 'home'
	| 'environment'
	| 'command'
	| 'signal'
	| 'text'
	| 'note'
	| 'confirm'
	| 'confirmContext'
	| 'progress'
	| 'name';

/** Opens a cluster for a command, with its progress and questions on the terminal; `yes` is the answer to what a context asks. Throws UserError. */
export async function openForCommand(
	name: ClusterName,
	{yes = false, ...options}: Omit<OpenClusterOptions, Own> & {yes?: boolean | undefined},
	context: Context,
): Promise<OpenedCluster> {
	const {environment, command, signal, text} = context;
	const bar = openProgressBar(process.stderr, context.note, text);
	try {
		const cluster = await openCluster({
			...options,
			name,
			home: context.home(),
			environment,
			command,
			signal,
			text,
			note: bar.note,
			progress: bar.show,
			confirmContext: question => askForContext(question, yes, context),
			async confirm(question) {
				bar.end();
				return process.stdin.isTTY === true && (await confirm(question, signal)) === true;
			},
		});
		if (cluster.notice) bar.note(cluster.notice);
		return cluster;
	} finally {
		bar.end();
	}
}
