import {KubectlError, throwAll} from './errors.ts';
import {fileFlags, findObjects, mutationFlags, patchObject, report, selectionFlags} from './mutation.ts';
import type {Command, Session} from './session.ts';

/** The words after the resource: `key=value` sets, `key-` removes. */
type Changes = {set: Record<string, string>; removed: string[]};

const isChange = (text: string) => text.includes('=') || text.endsWith('-');

function readChanges(texts: string[], what: string): Changes {
	const set: Record<string, string> = {};
	const removed: string[] = [];
	for (const text of texts) {
		const at = text.indexOf('=');
		if (at > 0) set[text.slice(0, at)] = text.slice(at + 1);
		else if (at < 0 && text.endsWith('-')) removed.push(text.slice(0, -1));
		else throw new KubectlError(`unknown ${what} spec: ${text}`);
	}
	const both = removed.find(key => key in set);
	if (both)
		throw new KubectlError(
			`can not both modify and remove ${what === 'label' ? 'a label' : 'an annotation'} in the same command`,
		);
	return {set, removed};
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

function checkLabel(key: string, value: string): void {
	if (labelValue.test(value) && value.length <= 63) return;
	const why =
		value.length > 63
			? 'must be no more than 63 characters'
			: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
	throw new KubectlError(`invalid label value: ${JSON.stringify(`${key}=${value}`)}: ${why}`);
}

type Kind = {field: 'labels' | 'annotations'; what: 'label' | 'annotation'; done: string; verb: string};

function list(session: Session, name: string, values: Record<string, string>, many: boolean): void {
	if (many) session.print(`Listing labels for ${name}:`);
	for (const [key, value] of Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))) {
		session.print(`${many ? ' ' : ''}${key}=${value}`);
	}
}

/** `kubectl label` and `kubectl annotate`, which differ in words only. */
export function metadataCommand({field, what, done, verb}: Kind): Command {
	return {
		summary: `Update the ${field} on a resource`,
		usage: `kubectl ${verb} [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [options]`,
		flags: {...mutationFlags, ...fileFlags, ...selectionFlags, overwrite: {type: 'boolean'}, list: {type: 'boolean'}},
		async run(session) {
			const {flags} = session;
			const first = session.arguments.findIndex(isChange);
			const split = first < 0 ? session.arguments.length : first;
			const targets = session.arguments.slice(0, split);
			const {set, removed} = readChanges(session.arguments.slice(split), what);
			if (targets.length === 0 && flags.list('filename').length === 0) {
				throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
			}
			if (Object.keys(set).length + removed.length === 0 && !flags.on('list'))
				throw new KubectlError(`at least one ${what} update is required`);
			if (field === 'labels') for (const [key, value] of Object.entries(set)) checkLabel(key, value);
			const {found, failures} = await findObjects(session, targets, `kubectl ${verb}`);
			for (const target of found) {
				const present = target.object.metadata[field] ?? {};
				try {
					if (!flags.on('overwrite')) {
						const taken = Object.keys(set).filter(key => key in present && present[key] !== set[key]);
						if (taken.length > 0) {
							throw new KubectlError(
								field === 'labels'
									? taken
											.map(key => `'${key}' already has a value (${present[key]}), and --overwrite is false`)
											.join('; ')
									: `--overwrite is false but found the following declared annotation(s): ${taken.map(key => `'${key}' already has a value (${present[key]})`).join('; ')}`,
							);
						}
					}
					if (flags.on('list')) {
						const {kind, group} = target.resource;
						list(session, `${kind}.${group}/${target.object.metadata.name}`, present, found.length > 1);
						continue;
					}
					for (const key of removed)
						if (!(key in present) && field === 'labels') session.print(`label "${key}" not found.`);
					const changes = {
						...set,
						...Object.fromEntries(removed.filter(key => key in present).map(key => [key, null])),
					};
					// An object without any labels gets an empty map of them, which counts as a change.
					const needed =
						Object.entries(changes).some(([key, value]) => present[key] !== value) || !target.object.metadata[field];
					const unlabeled = removed.some(key => key in present) && Object.keys(set).length === 0;
					if (!needed && field === 'labels') {
						report(session, target.object, 'not labeled');
						continue;
					}
					const object =
						flags.text('dry-run') === 'client'
							? {...target.object, metadata: {...target.object.metadata, [field]: {...present, ...set}}}
							: await patchObject(session, target, {
									patch: {metadata: {[field]: changes}},
									type: 'merge',
									manager: `kubectl-${verb}`,
								});
					report(session, object, unlabeled && field === 'labels' ? 'unlabeled' : done);
				} catch (error) {
					failures.push(error);
				}
			}
			throwAll(failures);
			return 0;
		},
	};
}
