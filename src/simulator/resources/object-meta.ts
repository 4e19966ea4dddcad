import type {Cause} from '../errors.ts';
import type {KubeObject, LabelSelector} from '../types.ts';
import {forbidden, immutableText, invalidValue, required, tooLong} from './field-error.ts';
import {dnsSubdomainErrors, labelValueErrors, qualifiedNameErrors} from './names.ts';

type NameRule = (name: string) => string[];

/** Labels of an object or a template (ValidateLabels). */
export function validateLabels(labels: Record<string, string> | undefined, field: string): Cause[] {
	const causes: Cause[] = [];
	for (const [key, value] of Object.entries(labels ?? {})) {
		for (const text of qualifiedNameErrors(key)) causes.push(invalidValue(field, key, text));
		for (const text of labelValueErrors(value)) causes.push(invalidValue(field, value, text));
	}
	return causes;
}

/** Annotations of an object or a template (ValidateAnnotations). */
export function validateAnnotations(annotations: Record<string, string> | undefined, field: string): Cause[] {
	const causes: Cause[] = [];
	let size = 0;
	for (const [key, value] of Object.entries(annotations ?? {})) {
		for (const text of qualifiedNameErrors(key.toLowerCase())) causes.push(invalidValue(field, key, text));
		size += Buffer.byteLength(key) + Buffer.byteLength(value);
	}
	const limit = 256 * 1024;
	if (size > limit) causes.push(tooLong(field, limit));
	return causes;
}

/** The metadata that a client may get wrong (ValidateObjectMeta and ValidateObjectMetaUpdate). */
export function validateMeta<T extends KubeObject>(
	{metadata}: T,
	old: T | undefined,
	nameRule: NameRule = dnsSubdomainErrors,
): Cause[] {
	const causes: Cause[] = [];
	const {name, generateName, labels, annotations, ownerReferences, finalizers} = metadata;
	if (!old) {
		if (generateName) {
			// A trailing dash is what the random part follows, so it is no fault there.
			const base = generateName.replace(/-+$/, 'a');
			for (const text of nameRule(base)) causes.push(invalidValue('metadata.generateName', generateName, text));
		}
		if (!name) causes.push(required('metadata.name', 'name or generateName is required'));
		else for (const text of nameRule(name)) causes.push(invalidValue('metadata.name', name, text));
	}
	causes.push(...validateLabels(labels, 'metadata.labels'));
	causes.push(...validateAnnotations(annotations, 'metadata.annotations'));
	const controllers = (ownerReferences ?? []).filter(owner => owner.controller);
	for (const [i, owner] of (ownerReferences ?? []).entries()) {
		const field = 'metadata.ownerReferences';
		if (!owner.apiVersion) causes.push(invalidValue(`${field}[${i}].apiVersion`, '', 'version must not be empty'));
		if (!owner.kind) causes.push(invalidValue(`${field}[${i}].kind`, '', 'must not be empty'));
		if (!owner.name) causes.push(invalidValue(`${field}[${i}].name`, '', 'must not be empty'));
		if (!owner.uid) causes.push(invalidValue(`${field}[${i}].uid`, '', 'must not be empty'));
	}
	if (controllers.length > 1) {
		causes.push(
			invalidValue(
				'metadata.ownerReferences',
				ownerReferences,
				`Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]!.kind}/${controllers[0]!.name} and ${controllers[1]!.kind}/${controllers[1]!.name}`,
			),
		);
	}
	for (const finalizer of finalizers ?? []) {
		for (const text of qualifiedNameErrors(finalizer)) {
			causes.push(invalidValue('metadata.finalizers', finalizer, text));
		}
		const known = ['orphan', 'foregroundDeletion', 'kubernetes'];
		if (!finalizer.includes('/') && !known.includes(finalizer)) {
			causes.push(
				invalidValue(
					'metadata.finalizers',
					finalizer,
					'name is neither a standard finalizer name nor is it fully qualified',
				),
			);
		}
	}
	if (old?.metadata.deletionTimestamp) {
		const added = (finalizers ?? []).filter(finalizer => !old.metadata.finalizers?.includes(finalizer));
		if (added.length > 0) {
			causes.push(
				forbidden(
					'metadata.finalizers',
					`no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(text => JSON.stringify(text)).join(', ')}}`,
				),
			);
		}
	}
	return causes;
}

/** A label selector (ValidateLabelSelector). */
export function validateSelector(selector: LabelSelector | undefined, field: string): Cause[] {
	const causes: Cause[] = [];
	for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) {
		for (const text of qualifiedNameErrors(key)) causes.push(invalidValue(`${field}.matchLabels`, key, text));
		for (const text of labelValueErrors(value)) {
			causes.push(invalidValue(`${field}.matchLabels`, value, text));
		}
	}
	for (const [i, {key, operator, values = []}] of (selector?.matchExpressions ?? []).entries()) {
		const at = `${field}.matchExpressions[${i}]`;
		if (operator === 'In' || operator === 'NotIn') {
			if (values.length === 0)
				causes.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
		} else if (operator === 'Exists' || operator === 'DoesNotExist') {
			if (values.length > 0)
				causes.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
		} else causes.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
		for (const text of qualifiedNameErrors(key)) causes.push(invalidValue(`${at}.key`, key, text));
		for (const [j, value] of values.entries()) {
			for (const text of labelValueErrors(value)) causes.push(invalidValue(`${at}.values[${j}]`, value, text));
		}
	}
	return causes;
}

/** The cause for a changed field that must not change, or nothing. */
export const immutable = (field: string, value: unknown, same: boolean): Cause[] =>
	same ? [] : [invalidValue(field, value, immutableText)];
