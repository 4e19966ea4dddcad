import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {suggestion} from './program.ts';

/**
 * Checks `--cluster`. `auto` is the best cluster of this machine, which in this version always is the embedded one.
 * Throws UserError for any other.
 */
export function chooseCluster(name: string | undefined, text: Text): 'embedded' {
	if (name === undefined || name === 'auto' || name === 'embedded') return 'embedded';
	if (name === 'kind' || name.startsWith('context:')) throw new UserError(text.cli.laterCluster(name), 2);
	throw new UserError(text.cli.unknownCluster(name) + suggestion(name, ['embedded', 'auto'], text), 2);
}
