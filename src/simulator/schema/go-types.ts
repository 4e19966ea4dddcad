import {referenceOf, type Schema} from './schemas.ts';

// The names of Go's types, which the API server's messages about wrong types carry. OpenAPI keeps the structs' names but
// not those of named strings; the ones that a manifest is likely to get wrong are listed.

const namedStrings: Record<string, string> = {
	'Container.imagePullPolicy': 'v1.PullPolicy',
	'Container.terminationMessagePolicy': 'v1.TerminationMessagePolicy',
	'Container.restartPolicy': 'v1.ContainerRestartPolicy',
	'ContainerPort.protocol': 'v1.Protocol',
	'ServicePort.protocol': 'v1.Protocol',
	'EndpointPort.protocol': 'v1.Protocol',
	'EndpointSlice.addressType': 'v1.AddressType',
	'HTTPGetAction.scheme': 'v1.URIScheme',
	'LabelSelectorRequirement.operator': 'v1.LabelSelectorOperator',
	'NamespaceStatus.phase': 'v1.NamespacePhase',
	'ObjectMeta.uid': 'types.UID',
	'ObjectReference.uid': 'types.UID',
	'OwnerReference.uid': 'types.UID',
	'PodSpec.dnsPolicy': 'v1.DNSPolicy',
	'PodSpec.preemptionPolicy': 'v1.PreemptionPolicy',
	'PodSpec.restartPolicy': 'v1.RestartPolicy',
	'PodStatus.phase': 'v1.PodPhase',
	'Secret.type': 'v1.SecretType',
	'ServiceSpec.externalTrafficPolicy': 'v1.ServiceExternalTrafficPolicy',
	'ServiceSpec.internalTrafficPolicy': 'v1.ServiceInternalTrafficPolicy',
	'ServiceSpec.ipFamilies': 'v1.IPFamily',
	'ServiceSpec.ipFamilyPolicy': 'v1.IPFamilyPolicy',
	'ServiceSpec.sessionAffinity': 'v1.ServiceAffinity',
	'ServiceSpec.type': 'v1.ServiceType',
	'Taint.effect': 'v1.TaintEffect',
	'Toleration.effect': 'v1.TaintEffect',
	'Toleration.operator': 'v1.TolerationOperator',
	'DeploymentStrategy.type': 'v1.DeploymentStrategyType',
};

/** `EndpointPort` of `io.k8s.api.core.v1.EndpointPort`. */
export const structName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** The Go type of a field; `owner` is the short name of the struct that has it. */
export function goType(schema: Schema, owner: string, field: string): string {
	const reference = referenceOf(schema);
	if (reference) {
		const [version, name] = reference.split('.').slice(-2);
		return name === 'Quantity' ? 'resource.Quantity' : `${version}.${name}`;
	}
	const element = (item: Schema | undefined) => (item ? goType(item, owner, field) : 'interface {}');
	switch (schema.type) {
		case 'array':
			return `[]${element(schema.items)}`;
		case 'object':
			if (/^(limits|requests|capacity|allocatable|hard|used|overhead)$/.test(field)) return 'v1.ResourceList';
			return `map[string]${element(schema.additionalProperties)}`;
		case 'integer':
			return schema.format === 'int64' ? 'int64' : 'int32';
		case 'number':
			return 'float64';
		case 'boolean':
			return 'bool';
		case 'string':
			return schema.format === 'byte' ? '[]uint8' : (namedStrings[`${owner}.${field}`] ?? 'string');
		default:
			return 'interface {}';
	}
}
