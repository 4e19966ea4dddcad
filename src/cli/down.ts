import {rmSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {type LockHolder, lockHolder} from '../state/lock.ts';
import {isAlive} from '../state/process-identity.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';
import type {DownOptions} from './program.ts';

/** How long `up` may take to save its state before it is killed. */
const stopLimitMs = 10_000;

/** `endpoint-lab down`: stops the cluster that `up` runs; that nothing runs is fine. */
export async function down(options: DownOptions, context: Context): Promise<ExitCode> {
	const {text} = context;
	const words = text.cli.down;
	const home = context.home();
	const holder = lockHolder(home.clusterLock);
	if (!holder) {
		context.print(words.nothing);
	} else if (!/^endpoint-lab up\b/.test(holder.command)) {
		throw new UserError(words.belongsToLab(holder.command, holder.pid));
	} else {
		const obeyed = await stop(holder, context.signal);
		context.print(obeyed ? words.stopped(holder.pid) : words.killed(holder.pid));
		context.note(words.unset);
	}
	if (options.delete) {
		rmSync(home.embedded, {recursive: true, force: true});
		context.print(words.deleted);
	}
	return 0;
}

/** Ends the process; false when it had to be killed. */
async function stop(holder: LockHolder, signal: AbortSignal): Promise<boolean> {
	process.kill(holder.pid, 'SIGTERM');
	// One that was stopped with Ctrl-Z has to wake up to end.
	if (process.platform !== 'win32') process.kill(holder.pid, 'SIGCONT');
	const until = Date.now() + stopLimitMs;
	while (isAlive(holder)) {
		if (Date.now() > until) {
			process.kill(holder.pid, 'SIGKILL');
			return false;
		}
		await delay(25, undefined, {signal});
	}
	return true;
}
