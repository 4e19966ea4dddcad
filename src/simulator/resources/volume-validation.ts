import type {Cause} from '../errors.ts';
import type {PodSpec} from '../types.ts';
import {duplicate, forbidden, invalidValue, notSupported, required} from './field-error.ts';
import {dnsLabelErrors} from './names.ts';

// What a client can get wrong in the volumes of a Pod (k/k pkg/apis/core/validation/validation.go).

type Item = {key?: string; path?: string; mode?: number};
type Source = Record<string, unknown> & {defaultMode?: number; items?: Item[]};

const hostPathTypes = [
	'',
	'BlockDevice',
	'CharDevice',
	'Directory',
	'DirectoryOrCreate',
	'File',
	'FileOrCreate',
	'Socket',
];
const modeText = 'must be a number between 0 and 0777 (octal), both inclusive';

const validateMode = (mode: number | undefined, field: string): Cause[] =>
	mode !== undefined && (mode < 0 || mode > 0o777) ? [invalidValue(field, mode, modeText)] : [];

const withoutBacksteps = (path: string, field: string): Cause[] =>
	path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : [];

/** A path that stays below where it begins: relative, and without `..` (validateLocalDescendingPath). */
export const validateDescendingPath = (path: string, field: string): Cause[] => [
	...(path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : []),
	...withoutBacksteps(path, field),
];

function validateItems(items: Item[] | undefined, field: string): Cause[] {
	return (items ?? []).flatMap(({key, path = '', mode}, i) => {
		const at = `${field}[${i}]`;
		const causes = key ? [] : [required(`${at}.key`)];
		if (!path) causes.push(required(`${at}.path`));
		causes.push(...validateDescendingPath(path, `${at}.path`));
		if (path.startsWith('..') && !path.startsWith('../') && path !== '..')
			causes.push(invalidValue(`${at}.path`, path, "must not start with '..'"));
		return [...causes, ...validateMode(mode, `${at}.mode`)];
	});
}

const validateKeys = ({defaultMode, items}: Source, at: string): Cause[] => [
	...validateMode(defaultMode, `${at}.defaultMode`),
	...validateItems(items, `${at}.items`),
];

const needs =
	(...names: string[]) =>
	(source: Source, at: string): Cause[] =>
		names.filter(name => !source[name]).map(name => required(`${at}.${name}`));

/** The rules of those kinds of volume that have some; other kinds are taken as they are. */
const rules: Record<string, (source: Source, at: string) => Cause[]> = {
	configMap: (source, at) => [...needs('name')(source, at), ...validateKeys(source, at)],
	secret: (source, at) => [...needs('secretName')(source, at), ...validateKeys(source, at)],
	downwardAPI: ({defaultMode}, at) => validateMode(defaultMode, `${at}.defaultMode`),
	projected: ({defaultMode}, at) => validateMode(defaultMode, `${at}.defaultMode`),
	persistentVolumeClaim: needs('claimName'),
	hostPath(source, at) {
		const {path = '', type = ''} = source as {path?: string; type?: string};
		if (!path) return [required(`${at}.path`)];
		const causes = withoutBacksteps(path, `${at}.path`);
		return hostPathTypes.includes(type) ? causes : [...causes, notSupported(`${at}.type`, type, hostPathTypes)];
	},
	nfs(source, at) {
		const {path = ''} = source as {path?: string};
		const causes = needs('server', 'path')(source, at);
		return path.startsWith('/') ? causes : [...causes, invalidValue(`${at}.path`, path, 'must be an absolute path')];
	},
};

/** The volumes of a Pod, and the names of those that are right: only they can be mounted (ValidateVolumes). */
export function validateVolumes(spec: PodSpec, field: string): {causes: Cause[]; names: Set<string>} {
	const causes: Cause[] = [];
	const names = new Set<string>();
	for (const [i, volume] of (spec.volumes ?? []).entries()) {
		const at = `${field}[${i}]`;
		const {name = '', ...sources} = volume as {name?: string; [source: string]: Source | string | undefined};
		const kinds = Object.keys(sources).filter(kind => sources[kind]);
		const [kind] = kinds;
		const faults = kind ? (rules[kind]?.(sources[kind] as Source, `${at}.${kind}`) ?? []) : [];
		for (const extra of kinds.slice(1))
			faults.push(forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type'));
		if (!kind) faults.push(required(at, 'must specify a volume type'));
		if (name) faults.push(...dnsLabelErrors(name).map(text => invalidValue(`${at}.name`, name, text)));
		else faults.push(required(`${at}.name`));
		if (names.has(name)) faults.push(duplicate(`${at}.name`, name));
		if (faults.length === 0) names.add(name);
		causes.push(...faults);
	}
	return {causes, names};
}
