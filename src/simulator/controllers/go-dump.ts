// The text that Kubernetes hashes is a dump of Go structs: every field in the order of k8s.io/api/core/v1/types.go
// (1.36), with its type, set or not. Fields are written `Name` for a string, `Name:type`, or `+Struct` for an embedded
// struct. `'Type` is a string of a named type; types in other packages than v1 carry their package.
const structs: Record<string, string> = {
	PodTemplateSpec: 'ObjectMeta:ObjectMeta Spec:PodSpec',
	ObjectMeta:
		"Name GenerateName Namespace SelfLink UID:'types.UID ResourceVersion Generation:int64 CreationTimestamp:time DeletionTimestamp:*Time DeletionGracePeriodSeconds:*int64 Labels:map Annotations:map OwnerReferences:[]OwnerReference Finalizers:[]string ManagedFields:[]ManagedFieldsEntry",
	PodSpec:
		"Volumes:[]Volume InitContainers:[]Container Containers:[]Container EphemeralContainers:[]EphemeralContainer RestartPolicy:'RestartPolicy TerminationGracePeriodSeconds:*int64 ActiveDeadlineSeconds:*int64 DNSPolicy:'DNSPolicy NodeSelector:map ServiceAccountName DeprecatedServiceAccount AutomountServiceAccountToken:*bool NodeName HostNetwork:bool HostPID:bool HostIPC:bool ShareProcessNamespace:*bool SecurityContext:*PodSecurityContext ImagePullSecrets:[]LocalObjectReference Hostname Subdomain Affinity:*Affinity SchedulerName Tolerations:[]Toleration HostAliases:[]HostAlias PriorityClassName Priority:*int32 DNSConfig:*PodDNSConfig ReadinessGates:[]PodReadinessGate RuntimeClassName:*string EnableServiceLinks:*bool PreemptionPolicy:*'PreemptionPolicy Overhead:ResourceList TopologySpreadConstraints:[]TopologySpreadConstraint SetHostnameAsFQDN:*bool OS:*PodOS HostUsers:*bool SchedulingGates:[]PodSchedulingGate ResourceClaims:[]PodResourceClaim Resources:*ResourceRequirements HostnameOverride:*string SchedulingGroup:*PodSchedulingGroup",
	Container:
		"Name Image Command:[]string Args:[]string WorkingDir Ports:[]ContainerPort EnvFrom:[]EnvFromSource Env:[]EnvVar Resources:ResourceRequirements ResizePolicy:[]ContainerResizePolicy RestartPolicy:*'ContainerRestartPolicy RestartPolicyRules:[]ContainerRestartRule VolumeMounts:[]VolumeMount VolumeDevices:[]VolumeDevice LivenessProbe:*Probe ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath TerminationMessagePolicy:'TerminationMessagePolicy ImagePullPolicy:'PullPolicy SecurityContext:*SecurityContext Stdin:bool StdinOnce:bool TTY:bool",
	ContainerPort: "Name HostPort:int32 ContainerPort:int32 Protocol:'Protocol HostIP",
	EnvFromSource: 'Prefix ConfigMapRef:*ConfigMapEnvSource SecretRef:*SecretEnvSource',
	ConfigMapEnvSource: '+LocalObjectReference Optional:*bool',
	SecretEnvSource: '+LocalObjectReference Optional:*bool',
	EnvVar: 'Name Value ValueFrom:*EnvVarSource',
	EnvVarSource:
		'FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector ConfigMapKeyRef:*ConfigMapKeySelector SecretKeyRef:*SecretKeySelector FileKeyRef:*FileKeySelector',
	ObjectFieldSelector: 'APIVersion FieldPath',
	ConfigMapKeySelector: '+LocalObjectReference Key Optional:*bool',
	SecretKeySelector: '+LocalObjectReference Key Optional:*bool',
	LocalObjectReference: 'Name',
	ResourceRequirements: 'Limits:ResourceList Requests:ResourceList Claims:[]ResourceClaim',
	VolumeMount:
		"Name ReadOnly:bool RecursiveReadOnly:*'RecursiveReadOnlyMode MountPath SubPath MountPropagation:*'MountPropagationMode SubPathExpr",
	Probe:
		'+ProbeHandler InitialDelaySeconds:int32 TimeoutSeconds:int32 PeriodSeconds:int32 SuccessThreshold:int32 FailureThreshold:int32 TerminationGracePeriodSeconds:*int64',
	ProbeHandler: 'Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction GRPC:*GRPCAction',
	ExecAction: 'Command:[]string',
	HTTPGetAction: "Path Port:IntOrString Host Scheme:'URIScheme HTTPHeaders:[]HTTPHeader",
	HTTPHeader: 'Name Value',
	TCPSocketAction: 'Port:IntOrString Host',
	GRPCAction: 'Port:int32 Service:*string',
	Lifecycle: "PostStart:*LifecycleHandler PreStop:*LifecycleHandler StopSignal:*'Signal",
	LifecycleHandler: 'Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction Sleep:*SleepAction',
	SleepAction: 'Seconds:int64',
	PodSecurityContext:
		"SELinuxOptions:*SELinuxOptions WindowsOptions:*WindowsSecurityContextOptions RunAsUser:*int64 RunAsGroup:*int64 RunAsNonRoot:*bool SupplementalGroups:[]int64 SupplementalGroupsPolicy:*'SupplementalGroupsPolicy FSGroup:*int64 Sysctls:[]Sysctl FSGroupChangePolicy:*'PodFSGroupChangePolicy SeccompProfile:*SeccompProfile AppArmorProfile:*AppArmorProfile SELinuxChangePolicy:*'PodSELinuxChangePolicy",
	Toleration: "Key Operator:'TolerationOperator Value Effect:'TaintEffect TolerationSeconds:*int64",
	PodReadinessGate: "ConditionType:'PodConditionType",
	Volume: 'Name +VolumeSource',
	VolumeSource:
		'HostPath:*HostPathVolumeSource EmptyDir:*EmptyDirVolumeSource GCEPersistentDisk:*GCEPersistentDiskVolumeSource AWSElasticBlockStore:*AWSElasticBlockStoreVolumeSource GitRepo:*GitRepoVolumeSource Secret:*SecretVolumeSource NFS:*NFSVolumeSource ISCSI:*ISCSIVolumeSource Glusterfs:*GlusterfsVolumeSource PersistentVolumeClaim:*PersistentVolumeClaimVolumeSource RBD:*RBDVolumeSource FlexVolume:*FlexVolumeSource Cinder:*CinderVolumeSource CephFS:*CephFSVolumeSource Flocker:*FlockerVolumeSource DownwardAPI:*DownwardAPIVolumeSource FC:*FCVolumeSource AzureFile:*AzureFileVolumeSource ConfigMap:*ConfigMapVolumeSource VsphereVolume:*VsphereVirtualDiskVolumeSource Quobyte:*QuobyteVolumeSource AzureDisk:*AzureDiskVolumeSource PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource Projected:*ProjectedVolumeSource PortworxVolume:*PortworxVolumeSource ScaleIO:*ScaleIOVolumeSource StorageOS:*StorageOSVolumeSource CSI:*CSIVolumeSource Ephemeral:*EphemeralVolumeSource Image:*ImageVolumeSource',
	ConfigMapVolumeSource: '+LocalObjectReference Items:[]KeyToPath DefaultMode:*int32 Optional:*bool',
	KeyToPath: 'Key Path Mode:*int32',
};

/** Fields whose JSON name is not their Go name with a small beginning. */
const jsonNames: Record<string, string> = {ObjectMeta: 'metadata', DeprecatedServiceAccount: 'serviceAccount'};

class Unknown extends Error {}

type Json = Record<string, unknown>;

/** The dump of a value (apimachinery/pkg/util/dump ForHash), or undefined when it holds fields that are not known here. */
export function goDump(struct: string, value: object): string | undefined {
	try {
		return typed(struct, value as Json);
	} catch (error) {
		if (error instanceof Unknown) return undefined;
		throw error;
	}
}

/** `(type)value`, as fields and top-level values are shown. */
function typed(type: string, value: unknown): string {
	if (type.startsWith('*'))
		return value === undefined || value === null
			? `(${name(type)})<nil>`
			: `(${name(type)})${bare(type.slice(1), value)}`;
	return `(${name(type)})${bare(type, value)}`;
}

/** The value without its type, as elements of lists and maps are shown. */
function bare(type: string, value: unknown): string {
	if (type.startsWith('[]'))
		return value ? `[${(value as unknown[]).map(item => bare(type.slice(2), item)).join(' ')}]` : '<nil>';
	if (type.startsWith("'") || type === 'string') return String(value ?? '');
	if (type === 'bool') return String(value ?? false);
	if (type === 'int32' || type === 'int64') return String(value ?? 0);
	if (type === 'map') return mapText(value, String);
	if (type === 'ResourceList') return mapText(value, quantity);
	if (type === 'IntOrString') return intOrString(value);
	if (type === 'time') return '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
	return struct(type, (value ?? {}) as Json);
}

function name(type: string): string {
	if (type.startsWith('*')) return `*${name(type.slice(1))}`;
	if (type.startsWith('[]')) return `[]${name(type.slice(2))}`;
	if (type.startsWith("'")) return type.includes('.') ? type.slice(1) : `v1.${type.slice(1)}`;
	if (type === 'map') return 'map[string]string';
	if (type === 'time') return 'v1.Time';
	if (type === 'IntOrString') return 'intstr.IntOrString';
	return ['string', 'bool', 'int32', 'int64'].includes(type) ? type : `v1.${type}`;
}

function struct(type: string, value: Json): string {
	const fields = structs[type];
	if (fields === undefined) throw new Unknown();
	const known = jsonFields(type);
	for (const key in value) if (value[key] !== undefined && value[key] !== null && !known.has(key)) throw new Unknown();
	return `{${fields
		.split(' ')
		.map(field => fieldText(type, field, value))
		.join(' ')}}`;
}

function fieldText(struct: string, field: string, value: Json): string {
	// An embedded struct shares the JSON object with what embeds it.
	if (field.startsWith('+'))
		return `${field.slice(1)}:${typed(field.slice(1), pick(value, jsonFields(field.slice(1))))}`;
	const [goName, type = 'string'] = field.split(':') as [string, string?];
	// A zero time has no way to be written but null.
	if (type === 'time' && value[jsonName(goName)]) throw new Unknown();
	if (struct === 'ObjectMeta' && type.startsWith('*') && value[jsonName(goName)]) throw new Unknown();
	return `${goName}:${typed(type, value[jsonName(goName)])}`;
}

const pick = (value: Json, keys: Set<string>): Json =>
	Object.fromEntries(Object.entries(value).filter(([key]) => keys.has(key)));

const fieldsOf = new Map<string, Set<string>>();

/** The JSON names of a struct's fields, those of embedded structs included. */
function jsonFields(type: string): Set<string> {
	const known = fieldsOf.get(type);
	if (known) return known;
	const names = new Set<string>();
	for (const field of structs[type]!.split(' ')) {
		if (field.startsWith('+')) for (const inner of jsonFields(field.slice(1))) names.add(inner);
		else names.add(jsonName(field.split(':')[0]!));
	}
	fieldsOf.set(type, names);
	return names;
}

/** `HTTPGet` → `httpGet`, `TTY` → `tty`, `Name` → `name`. */
const jsonName = (goName: string): string =>
	jsonNames[goName] ?? goName.replace(/^([A-Z]+)(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, start => start.toLowerCase());

function mapText(value: unknown, show: (value: string) => string): string {
	if (!value) return '<nil>';
	const pairs = Object.entries(value as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1));
	return `map[${pairs.map(([key, item]) => `${key}:${show(item)}`).join(' ')}]`;
}

function intOrString(value: unknown): string {
	const isText = typeof value === 'string';
	return `{Type:(intstr.Type)${isText ? 1 : 0} IntVal:(int32)${isText ? 0 : (value ?? 0)} StrVal:(string)${isText ? value : ''}}`;
}

const binary: Record<string, number> = {Ki: 1, Mi: 2, Gi: 3, Ti: 4};

/** Plain decimal and binary quantities; Go keeps the text of decimal ones beside the number. */
function quantity(text: string): string {
	const match = /^(\d{1,9})(m|Ki|Mi|Gi|Ti)?$/.exec(String(text));
	if (!match) throw new Unknown();
	const [, digits, suffix = ''] = match;
	const power = binary[suffix];
	const value = Number(digits) * 1024 ** (power ?? 0);
	if (!Number.isSafeInteger(value)) throw new Unknown();
	const scale = suffix === 'm' ? -3 : 0;
	const kept = power === undefined ? text : '';
	const format = power === undefined ? 'DecimalSI' : 'BinarySI';
	return `{i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${kept} Format:(resource.Format)${format}}`;
}
