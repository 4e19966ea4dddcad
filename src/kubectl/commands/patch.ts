import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {KubectlError, lacks, throwAll} from '../errors.ts';
import {parsePatch} from '../manifests.ts';
import {dryRunOf, fileFlags, findObjects, mutationFlags, patchObject, report, selectionFlags} from '../mutation.ts';
import type {Command} from '../session.ts';

function patchIn(file: string, folder: string): string {
	try {
		return readFileSync(resolve(folder, file), 'utf8');
	} catch {
		throw new KubectlError(`unable to read patch file: open ${file}: no such file or directory`);
	}
}

/** `kubectl patch`. */
export const command: Command = {
	summary: 'Update fields of a resource',
	usage: 'kubectl patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]',
	flags: {
		...mutationFlags,
		...fileFlags,
		...selectionFlags,
		patch: {type: 'text', short: 'p'},
		'patch-file': {type: 'text'},
		type: {type: 'text', initial: 'strategic'},
		subresource: {type: 'text'},
	},
	async run(session) {
		const {flags, io} = session;
		if (flags.text('patch') === '' && !flags.text('patch-file'))
			throw new KubectlError('must specify --patch or --patch-file containing the contents of the patch');
		const type = flags.text('type');
		if (type !== 'json' && type !== 'merge' && type !== 'strategic') {
			throw new KubectlError(`--type must be one of [json merge strategic], not "${type}"`);
		}
		if (dryRunOf(session) === 'client') throw lacks('patch --dry-run=client');
		const text = flags.text('patch') || patchIn(flags.text('patch-file'), io.cwd);
		const patch = parsePatch(text);
		const {found, failures} = await findObjects(session, session.arguments, 'kubectl patch');
		for (const target of found) {
			try {
				const subresource = flags.text('subresource') || undefined;
				const object = await patchObject(session, target, {patch, type, manager: 'kubectl-patch', subresource});
				const same =
					object.metadata.resourceVersion === target.object.metadata.resourceVersion &&
					isDeepStrictEqual(object.spec, target.object.spec);
				report(session, object, same ? 'patched (no change)' : 'patched');
			} catch (error) {
				failures.push(error);
			}
		}
		throwAll(failures);
		return 0;
	},
};
