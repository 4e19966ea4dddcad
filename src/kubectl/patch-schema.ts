/** How a field of a built-in type is patched: lists with a merge key by their items, `retainKeys` as a union. */
export type FieldPatch = {
	/** A list merged item by item: by this key, or by value when it is empty. */
	mergeKey?: string;
	/** Keys that the patch does not name go away. */
	retainKeys?: true;
	fields?: PatchSchema;
};

/** The fields of a type that are not patched as plain maps and whole lists. */
export type PatchSchema = Record<string, FieldPatch>;

const list = (mergeKey: string, fields?: PatchSchema): FieldPatch => ({mergeKey, fields});
const map = (fields: PatchSchema): FieldPatch => ({fields});

const metadata = map({ownerReferences: list('uid'), finalizers: list('')});
const conditions = {conditions: list('type')};

const container: PatchSchema = {
	env: list('name'),
	ports: list('containerPort'),
	volumeMounts: list('mountPath'),
	volumeDevices: list('devicePath'),
};

const podSpec: PatchSchema = {
	containers: list('name', container),
	initContainers: list('name', container),
	ephemeralContainers: list('name', container),
	volumes: {mergeKey: 'name', retainKeys: true},
	resourceClaims: {mergeKey: 'name', retainKeys: true},
	imagePullSecrets: list('name'),
	hostAliases: list('ip'),
	topologySpreadConstraints: list('topologyKey'),
	schedulingGates: list('name'),
};

const template = map({metadata, spec: map(podSpec)});
const controller: PatchSchema = {metadata, spec: map({template}), status: map(conditions)};

const schemas: Record<string, PatchSchema> = {
	Pod: {metadata, spec: map(podSpec), status: map({...conditions, podIPs: list('ip'), hostIPs: list('ip')})},
	Service: {metadata, spec: map({ports: list('port')}), status: map(conditions)},
	ServiceAccount: {metadata, secrets: list('name'), imagePullSecrets: list('name')},
	Node: {metadata, spec: map({podCIDRs: list('')}), status: map({...conditions, addresses: list('type')})},
	Deployment: {metadata, spec: map({template, strategy: {retainKeys: true}}), status: map(conditions)},
	ReplicaSet: controller,
	ReplicationController: controller,
	StatefulSet: controller,
	DaemonSet: controller,
	Job: controller,
	CronJob: {metadata, spec: map({jobTemplate: map({metadata, spec: map({template})})})},
	Namespace: {metadata, status: map(conditions)},
};

/** The groups whose types the API server patches strategically; others take JSON merge patches only. */
const builtInGroups = new Set([
	'',
	'admissionregistration.k8s.io',
	'apps',
	'autoscaling',
	'batch',
	'certificates.k8s.io',
	'coordination.k8s.io',
	'discovery.k8s.io',
	'events.k8s.io',
	'flowcontrol.apiserver.k8s.io',
	'networking.k8s.io',
	'node.k8s.io',
	'policy',
	'rbac.authorization.k8s.io',
	'scheduling.k8s.io',
	'storage.k8s.io',
]);

/**
 * The merge keys of a built-in type, as the `x-kubernetes-patch-merge-key` fields of the API's OpenAPI documents have them;
 * undefined for a type that knows no strategic merge patch.
 */
export const patchSchemaOf = (group: string, kind: string): PatchSchema | undefined =>
	builtInGroups.has(group) ? (schemas[kind] ?? {metadata}) : undefined;
