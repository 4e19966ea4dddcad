import type {ContextQuestion} from '../clusters/context/choose-namespace.ts';
import {UserError} from '../text/user-error.ts';
import {alignColumns} from './columns.ts';
import {askLine} from './confirm.ts';
import type {Context} from './context.ts';

/**
 * Shows the user the cluster in which lessons would run, and has its context's name typed. `yes` answers for them. Throws UserError
 * where nobody can be asked.
 */
export async function askForContext(
	{context: name, server, user, assigned, objects = 0}: ContextQuestion,
	yes: boolean,
	{text, note, signal}: Context,
): Promise<boolean> {
	const words = text.context.question;
	note(words.head);
	const rows: [string, string][] = [
		[words.context, name],
		[words.server, server],
		[words.user, user],
		[words.namespace, assigned === undefined ? words.own : words.assigned(assigned, objects)],
	];
	for (const line of alignColumns(rows)) note(`  ${line}`);
	if (yes) return true;
	if (!process.stdin.isTTY) throw new UserError(words.nobodyToAsk(name), 2);
	return (await askLine(words.type(name), signal)) === name;
}
