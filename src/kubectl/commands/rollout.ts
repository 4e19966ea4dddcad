import {KubectlError, usageError} from '../errors.ts';
import {commandHelp} from '../help.ts';
import {fileFlags, mutationFlags} from '../mutation.ts';
import type {Command, Session} from '../session.ts';

type Subcommand = (session: Session, args: string[]) => Promise<void>;

const subcommands: Record<string, () => Promise<Subcommand>> = {
	status: async () => (await import('../rollout/status.ts')).status,
	history: async () => (await import('../rollout/history.ts')).history,
	undo: async () => (await import('../rollout/undo.ts')).undo,
	restart: async () => (await import('../rollout/change.ts')).restart,
	pause: async () => (await import('../rollout/change.ts')).pause,
	resume: async () => (await import('../rollout/change.ts')).resume,
};

/** `kubectl rollout`. */
export const command: Command = {
	summary: 'Manage the rollout of a resource',
	usage: 'kubectl rollout (status | history | undo | restart | pause | resume) (TYPE NAME | TYPE/NAME) [flags]',
	flags: {
		...mutationFlags,
		...fileFlags,
		selector: {type: 'text', short: 'l'},
		revision: {type: 'text', is: 'integer', initial: '0'},
		'to-revision': {type: 'text', is: 'integer', initial: '0'},
		timeout: {type: 'text', is: 'duration', initial: '0s'},
		watch: {type: 'boolean', short: 'w', initial: 'true'},
	},
	async run(session) {
		const [name, ...args] = session.arguments;
		if (!name) {
			session.write(commandHelp(command));
			return 1;
		}
		const load = subcommands[name];
		if (!load) throw usageError('rollout', `unknown command ${JSON.stringify(session.arguments.join(' '))}`);
		if (args.length === 0 && session.flags.list('filename').length === 0) {
			throw new KubectlError('required resource not specified');
		}
		await (await load())(session, args);
		return 0;
	},
};
