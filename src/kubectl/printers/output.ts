import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {KubectlError, lacks} from '../errors.ts';
import type {KubeObject} from '../objects.ts';
import {groupOf} from '../objects.ts';
import type {Session} from '../session.ts';
import {CustomColumnsPrinter} from './custom-columns.ts';
import {goTemplate, TemplateFailure} from './go-template/go-template.ts';
import {goText} from './go-template/values.ts';
import {compactJson, toJson} from './json.ts';
import {jsonPath, valuesAt} from './jsonpath.ts';
import {toYaml} from './yaml.ts';

/** The flags of commands that print objects. */
export const outputFlags = {
	output: {type: 'text', short: 'o'},
	template: {type: 'text'},
	'show-managed-fields': {type: 'boolean'},
	'allow-missing-template-keys': {type: 'boolean', initial: 'true'},
} as const;

/** Prints one object (a list too) and ends in a newline where kubectl does. */
export type ObjectPrinter = (object: KubeObject) => string;

/** `pod/x`, `deployment.apps/x`. */
export function nameOf({apiVersion, kind, metadata}: KubeObject): string {
	const group = groupOf(apiVersion ?? '');
	return `${kind.toLowerCase()}${group ? `.${group}` : ''}/${metadata.name ?? ''}`;
}

const withoutManagedFields = <T extends {metadata?: {managedFields?: unknown}}>(object: T): T => {
	if (!object.metadata || !('managedFields' in object.metadata)) return object;
	const {managedFields: _, ...metadata} = object.metadata;
	return {...object, metadata};
};

/** The object as `-o yaml` shows it, without the fields' owners unless they are asked for. */
export function shownObject(object: KubeObject, showManagedFields: boolean): KubeObject {
	if (showManagedFields) return object;
	const items = object.items as KubeObject[] | undefined;
	const bare = withoutManagedFields(object);
	return items ? {...bare, items: items.map(withoutManagedFields)} : bare;
}

const formats =
	'custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml';

/** The printer for `-o`; undefined for none or `wide`, which print tables. Throws on a format that is none. */
export function objectPrinter(session: Session, output = session.flags.text('output')): ObjectPrinter | undefined {
	const managed = session.flags.on('show-managed-fields');
	const equals = output.search(/[=:]/);
	const format = equals < 0 ? output : output.slice(0, equals);
	const argument = equals < 0 ? session.flags.text('template') : output.slice(equals + 1);
	switch (format) {
		case '':
			return session.flags.given('template') ? templatePrinter(session, argument) : undefined;
		case 'wide':
			return undefined;
		case 'json':
			return object => `${toJson(shownObject(object, managed))}\n`;
		case 'yaml':
			return object => toYaml(shownObject(object, managed));
		case 'name':
			return object =>
				((object.items as KubeObject[] | undefined) ?? [object]).map(item => `${nameOf(item)}\n`).join('');
		case 'jsonpath-as-json': {
			if (argument === '') throw new KubectlError('template format specified but no template given');
			const values = valuesAt(argument);
			return object => `${toJson(values(object))}\n`;
		}
		case 'jsonpath': {
			if (argument === '') throw new KubectlError('template format specified but no template given');
			const template = jsonPath(argument);
			const allowMissing = session.flags.on('allow-missing-template-keys');
			return object => template(object, {allowMissing});
		}
		case 'jsonpath-file': {
			const template = jsonPath(fileNamed(session, argument));
			const allowMissing = session.flags.on('allow-missing-template-keys');
			return object => template(object, {allowMissing});
		}
		case 'go-template':
		case 'template':
			return templatePrinter(session, argument);
		case 'go-template-file':
		case 'templatefile':
			return templatePrinter(session, fileNamed(session, argument));
		case 'custom-columns': {
			const printer = new CustomColumnsPrinter(argument, {headers: !session.flags.on('no-headers')});
			return object => printer.print((object.items as KubeObject[] | undefined) ?? [object]);
		}
		default:
			if (formats.split(',').includes(format)) throw lacks(`-o ${format}`);
			throw new KubectlError(
				`unable to match a printer suitable for the output format "${output}", allowed formats are: ${formats}`,
			);
	}
}

/** The text of the file with a template. Throws KubectlError. */
function fileNamed({io}: Session, name: string): string {
	if (name === '') throw new KubectlError('template format specified but no template given');
	try {
		return readFileSync(resolve(io.cwd, name), 'utf8');
	} catch {
		throw new KubectlError(`error reading --template ${name}, open ${name}: no such file or directory\n`);
	}
}

/** Prints by a template; where that fails, what has been printed, and what there was to print, goes to standard output. */
function templatePrinter(session: Session, source: string): ObjectPrinter {
	if (source === '') throw new KubectlError('template format specified but no template given');
	const template = goTemplate(source);
	const allowMissing = session.flags.on('allow-missing-template-keys');
	return object => {
		try {
			return template(object, {allowMissing});
		} catch (error) {
			if (!(error instanceof TemplateFailure)) throw error;
			const {printed, message} = error;
			session.write(
				`${printed}Error executing template: ${message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${source}\n\traw data was:\n\t\t${compactJson(object)}\n\tobject given to template engine was:\n\t\t${goText(object)}\n\n`,
			);
			throw new KubectlError(`error executing template ${JSON.stringify(source)}: ${message}`);
		}
	};
}
