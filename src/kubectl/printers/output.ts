import {KubectlError, lacks} from '../errors.ts';
import type {KubeObject} from '../objects.ts';
import {groupOf} from '../objects.ts';
import type {Session} from '../session.ts';
import {CustomColumnsPrinter} from './custom-columns.ts';
import {toJson} from './json.ts';
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
			if (session.flags.given('template')) throw lacks('--template without -o jsonpath');
			return undefined;
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
