import type {PodSpec} from '../types.ts';
import {deepEqual} from './shared.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const upper = (name: string) => (/^\d+$/.test(name) ? name : name[0]!.toUpperCase() + name.slice(1));

function lines(before: unknown, after: unknown, path: string, out: string[]) {
	if (deepEqual(before, after)) return;
	if (isFields(before) && isFields(after)) {
		for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
			const step = Array.isArray(before) ? `[${key}]` : `${path && '.'}${upper(key)}`;
			lines(before[key], after[key], path + step, out);
		}
		return;
	}
	const show = (sign: string, value: unknown) => {
		if (value !== undefined) out.push(`${sign} \t${path}: ${JSON.stringify(value)},`);
	};
	show('-', before);
	show('+', after);
}

/** What differs between two specs, one field a line, in the manner of the diff that the API server prints. */
export function specDifference(before: PodSpec, after: PodSpec): string {
	const out: string[] = [];
	lines(before, after, '', out);
	return ['  core.PodSpec{', ...out, '  }', ''].join('\n');
}
