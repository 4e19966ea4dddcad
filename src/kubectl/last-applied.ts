import type {JsonObject, KubeObject} from './objects.ts';
import {compactJson} from './printers/json.ts';

/** Where `kubectl apply` keeps the manifest that it applied. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with its own text in the annotation (util.GetModifiedConfiguration). */
export function withLastApplied(object: KubeObject): KubeObject {
	const {[lastAppliedAnnotation]: _, ...annotations} = object.metadata.annotations ?? {};
	const bare = {...object, metadata: {...object.metadata, annotations}};
	return {
		...bare,
		metadata: {...bare.metadata, annotations: {...annotations, [lastAppliedAnnotation]: `${compactJson(bare)}\n`}},
	};
}

/** The manifest that was applied last; undefined when none was. */
export function lastApplied({metadata}: KubeObject): JsonObject | undefined {
	const text = metadata.annotations?.[lastAppliedAnnotation];
	return text ? (JSON.parse(text) as JsonObject) : undefined;
}
