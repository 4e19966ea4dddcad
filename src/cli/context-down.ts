import {contextPlace, readRecord} from '../clusters/context/context-record.ts';
import {removeContext} from '../clusters/context/remove-context.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';

/**
 * `endpoint-lab down --cluster context:NAME`: removes what the lab has made in a cluster of the user's. With `forget` a cluster that
 * is gone, or another one than it was, is forgotten. Throws UserError.
 */
export async function downContext(name: string, forget: boolean, context: Context): Promise<ExitCode> {
	const {text, environment, command, signal, print, note} = context;
	const words = text.context.down;
	const home = context.home();
	const namespace = readRecord(contextPlace(home, name))?.namespace ?? '';
	const options = {name, home, environment, command, signal, text};
	try {
		const removed = await removeContext(options);
		if (!removed) print(words.nothing(name));
		else if (removed.cleaned !== undefined) print(words.cleaned(removed.cleaned, name));
		else print(removed.namespaces.length > 0 ? words.deleted(removed.namespaces, name) : words.alreadyGone(name));
	} catch (error) {
		if (!forget || !(error instanceof UserError)) throw error;
		note(text.cli.error(error.message));
		await removeContext({...options, forget: true});
		print(words.forgotten(name, namespace));
	}
	return 0;
}
