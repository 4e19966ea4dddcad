import fieldNumbers from './fields.json' with {type: 'json'};

/** `[name, type]`, and `list` or `map` for fields that hold several. */
export type Field = [name: string, type: string, several?: string];

/** The fields of Kubernetes' protobuf messages by their numbers. */
export const messages = fieldNumbers as unknown as Record<string, Record<string, Field>>;

/** What every encoded object begins with. */
export const magic: Buffer = Buffer.from('k8s\0');

/** Embedded Go structs: the message is a field of its own, but JSON has its members beside the others. */
export const inlineMessages: ReadonlySet<string> = new Set([
	'volumeSource',
	'persistentVolumeSource',
	'handler',
	'ephemeralContainerCommon',
	'localObjectReference',
]);

/** The package of the messages that all kinds share. */
export const metaPackage = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** Messages whose JSON is not an object of their fields. */
export const specialTypes = {
	time: `${metaPackage}.Time`,
	microTime: `${metaPackage}.MicroTime`,
	fieldsV1: `${metaPackage}.FieldsV1`,
	verbs: `${metaPackage}.Verbs`,
	intOrString: 'k8s.io.apimachinery.pkg.util.intstr.IntOrString',
	quantity: 'k8s.io.apimachinery.pkg.api.resource.Quantity',
	rawExtension: 'k8s.io.apimachinery.pkg.runtime.RawExtension',
	extraValue: 'k8s.io.api.authorization.v1.ExtraValue',
} as const;

/** The message of a kind; there may be none of that name. */
export function messageName(apiVersion: string, kind: string): string {
	if (kind === 'DeleteOptions') return `${metaPackage}.DeleteOptions`;
	const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
	return `k8s.io.api.${group!.split('.')[0]}.${version}.${kind}`;
}
