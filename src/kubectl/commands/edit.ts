import {spawn} from 'node:child_process';
import {randomInt} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {patchTypes} from '../client.ts';
import {pathOf} from '../discovery.ts';
import {describeFailure, KubectlError, StatusFailure, throwAll} from '../errors.ts';
import {getObject} from '../fetch.ts';
import {withLastApplied} from '../last-applied.ts';
import {parseManifests} from '../manifests.ts';
import {type Found, fileFlags, findObjects, mutationFlags, report, writeQuery} from '../mutation.ts';
import type {JsonObject, KubeObject} from '../objects.ts';
import {patchSchemaOf} from '../patch-schema.ts';
import {shownObject} from '../printers/output.ts';
import {toYaml} from '../printers/yaml.ts';
import type {Command, Session} from '../session.ts';
import {twoWayPatch} from '../three-way-merge.ts';

const header = (reasons: string) =>
	`# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
${reasons}`;

const withoutComments = (text: string) =>
	text
		.split('\n')
		.filter(line => !line.startsWith('#'))
		.join('\n');

/** Runs the user's editor on the file, with the whole terminal. Throws when it cannot be run or fails. */
async function openEditor({io}: Session, file: string): Promise<void> {
	const {environment, signal} = io;
	const editor = environment.KUBE_EDITOR || environment.EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi');
	const shell = environment.SHELL || '/bin/bash';
	const [program, args] =
		process.platform === 'win32' ? [`${editor} "${file}"`, []] : [shell, ['-c', `${editor} "$0"`, file]];
	await new Promise<void>((resolve, reject) => {
		const child = spawn(program!, args as string[], {
			stdio: 'inherit',
			shell: process.platform === 'win32',
			env: environment as NodeJS.ProcessEnv,
			cwd: io.cwd,
			signal,
		});
		child.on('error', error => reject(new KubectlError(`unable to launch the editor "${editor}": ${error.message}`)));
		child.on('exit', code =>
			code === 0
				? resolve()
				: reject(
						new KubectlError(
							code === 127
								? `unable to launch the editor "${editor}"`
								: `there was a problem with the editor "${editor}"`,
						),
					),
		);
	});
}

async function save(session: Session, target: Found, before: KubeObject, after: KubeObject): Promise<KubeObject> {
	const {resource, namespace} = target;
	const schema = patchSchemaOf(resource.group, resource.kind);
	const body = session.flags.on('save-config') ? withLastApplied(after) : after;
	return session.client.json({
		method: 'PATCH',
		path: pathOf(resource, namespace, before.metadata.name),
		query: writeQuery(session, 'kubectl-edit'),
		body: twoWayPatch(before as unknown as JsonObject, body as unknown as JsonObject, schema ?? {}),
		contentType: schema ? patchTypes.strategic : patchTypes.merge,
	});
}

/** What is told on stderr, and as comments in the reopened file, when the server refuses the change. */
function explainRefusal(
	{resource, object}: Found,
	{status, message}: StatusFailure,
): {line: string; comments: string[]} {
	const name = `${resource.plural} "${object.metadata.name}"`;
	if (status.reason !== 'Invalid')
		return {line: `error: ${name} could not be patched: ${message}`, comments: [message]};
	const causes = (status.details?.causes ?? []).map(({field, message}) => `* ${field}: ${message}`);
	return {line: `error: ${name} is invalid`, comments: [`${name} was not valid:`, ...causes]};
}

async function editOne(session: Session, target: Found, folder: string): Promise<void> {
	const before = shownObject(target.object, false);
	const original = toYaml(before);
	const file = join(folder, `kubectl-edit-${randomInt(2 ** 32)}.yaml`);
	let text = original;
	let reasons = '';
	for (;;) {
		const opened = header(reasons) + text;
		writeFileSync(file, opened, {mode: 0o600});
		await openEditor(session, file);
		const saved = readFileSync(file, 'utf8');
		const edited = withoutComments(saved);
		const cancelled =
			edited.trim() === ''
				? 'Edit cancelled, saved file was empty.'
				: saved === opened || edited.trim() === withoutComments(original).trim()
					? 'Edit cancelled, no changes made.'
					: undefined;
		if (cancelled) {
			if (reasons) {
				session.error(`A copy of your changes has been stored to ${JSON.stringify(keepCopy(text))}`);
				throw new KubectlError('Edit cancelled, no valid changes were saved.');
			}
			session.error(cancelled);
			return;
		}
		const refused = (line: string, comments: string[]) => {
			session.error(line);
			reasons = `${comments.map(comment => `# ${comment}\n`).join('')}#\n`;
			text = edited;
		};
		try {
			const [manifest] = parseManifests(edited, 'edited-file');
			if (!manifest) throw new KubectlError('the edited file is empty');
			report(session, await save(session, target, before, manifest.object), 'edited');
			return;
		} catch (error) {
			if (error instanceof StatusFailure) {
				const {line, comments} = explainRefusal(target, error);
				refused(line, comments);
			} else if (error instanceof KubectlError) refused(describeFailure(error), error.message.split('\n'));
			else throw error;
		}
	}
}

/** Keeps what could not be saved, outside the folder that goes away. Returns its path. */
function keepCopy(text: string): string {
	const path = join(tmpdir(), `kubectl-edit-${randomInt(2 ** 32)}.yaml`);
	writeFileSync(path, text, {mode: 0o600});
	return path;
}

/** `kubectl edit`. */
export const command: Command = {
	summary: 'Edit a resource on the server',
	usage: 'kubectl edit (RESOURCE/NAME | -f FILENAME) [options]',
	flags: {...mutationFlags, ...fileFlags, 'save-config': {type: 'boolean'}},
	async run(session) {
		const {found, failures} = await findObjects(session, session.arguments, 'kubectl edit');
		throwAll(failures);
		const folder = mkdtempSync(join(tmpdir(), 'kubectl-edit-'));
		try {
			for (const target of found) {
				const {resource, namespace, object} = target;
				const fresh = await getObject(session.client, resource, namespace, object.metadata.name!);
				await editOne(session, {...target, object: fresh}, folder);
			}
		} finally {
			rmSync(folder, {recursive: true, force: true});
		}
		return 0;
	},
};
