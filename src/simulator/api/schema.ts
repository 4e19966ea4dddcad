import type {JsonObject} from './body.ts';
import type {FieldSchema} from './patch/field-schema.ts';
export function checkFields(
	_apiVersion: string,
	_kind: string,
	value: JsonObject,
): {value: JsonObject; strictErrors: string[]} {
	return {value, strictErrors: []};
}
export function fieldSchema(_apiVersion: string, _kind: string): FieldSchema | undefined {
	return undefined;
}
