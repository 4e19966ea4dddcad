import type {Container, PodSpec, Probe} from '../types.ts';

// Defaults of a Pod's spec, alone or in a template, as in k/k pkg/apis/core/v1/defaults.go.

type Fields = Record<string, unknown>;

const setDefault = (target: object, values: Fields) => {
	const fields = target as Fields;
	for (const key in values) fields[key] ??= values[key];
};

/** Images without a tag, or with `:latest`, are pulled always. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
	if (image.includes('@')) return 'IfNotPresent';
	const last = image.slice(image.lastIndexOf('/') + 1);
	const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest';
	return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const defaultHttpGet = (httpGet: object | undefined) => httpGet && setDefault(httpGet, {path: '/', scheme: 'HTTP'});

function defaultProbe(probe: Probe | undefined) {
	if (!probe) return;
	setDefault(probe, {timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3});
	for (const key of ['timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
		if (probe[key] === 0)
			probe[key] = {timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3}[key];
	}
	defaultHttpGet(probe.httpGet);
	if (probe.grpc) setDefault(probe.grpc, {service: ''});
}

function defaultFieldRefs(items: unknown) {
	for (const {fieldRef, resourceFieldRef} of (items ?? []) as {fieldRef?: object; resourceFieldRef?: object}[]) {
		if (fieldRef) setDefault(fieldRef, {apiVersion: 'v1'});
		// An amount that is not told is written as 0, and means 1.
		if (resourceFieldRef) setDefault(resourceFieldRef, {divisor: '0'});
	}
}

function defaultContainer(container: Container) {
	setDefault(container, {
		imagePullPolicy: defaultPullPolicy(container.image ?? ''),
		resources: {},
		terminationMessagePath: '/dev/termination-log',
		terminationMessagePolicy: 'File',
	});
	for (const port of container.ports ?? []) {
		setDefault(port, {protocol: 'TCP'});
	}
	for (const variable of container.env ?? []) {
		if (variable.valueFrom) defaultFieldRefs([variable.valueFrom]);
	}
	defaultProbe(container.readinessProbe);
	defaultProbe(container.livenessProbe);
	defaultProbe(container.startupProbe);
	const {preStop, postStart} = (container.lifecycle ?? {}) as Record<string, {httpGet?: object} | undefined>;
	defaultHttpGet(preStop?.httpGet);
	defaultHttpGet(postStart?.httpGet);
}

function defaultVolume(volume: Record<string, unknown>) {
	const sources = volume as Record<string, Fields | undefined>;
	if (Object.keys(volume).length === 1) volume.emptyDir = {};
	for (const key of ['configMap', 'secret', 'projected', 'downwardAPI']) {
		if (sources[key]) setDefault(sources[key], {defaultMode: 0o644});
	}
	if (sources.hostPath) setDefault(sources.hostPath, {type: ''});
	defaultFieldRefs(sources.downwardAPI?.items);
	for (const source of (sources.projected?.sources ?? []) as Record<string, Fields | undefined>[]) {
		if (source.serviceAccountToken) setDefault(source.serviceAccountToken, {expirationSeconds: 3600});
		defaultFieldRefs(source.downwardAPI?.items);
	}
}

/** Fills in what a Pod's spec leaves open, in place. */
export function defaultPodSpec(spec: PodSpec): void {
	setDefault(spec, {
		containers: [],
		dnsPolicy: 'ClusterFirst',
		restartPolicy: 'Always',
		schedulerName: 'default-scheduler',
		securityContext: {},
		terminationGracePeriodSeconds: 30,
	});
	// The old name of the field always follows the new one.
	if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
	else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount as string;
	for (const container of spec.containers) defaultContainer(container);
	for (const container of spec.initContainers ?? []) defaultContainer(container);
	for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

/** The quality of service that a Pod's requests and limits give it (pkg/apis/core/v1/helper/qos). */
export function qosClass(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
	const requests = new Set<string>();
	let any = false;
	let guaranteed = true;
	for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
		const {requests: wanted = {}, limits = {}} = (container.resources ?? {}) as Record<string, Record<string, string>>;
		for (const name of ['cpu', 'memory']) {
			if (wanted[name] !== undefined || limits[name] !== undefined) any = true;
			if (wanted[name] !== undefined) requests.add(name);
			if (limits[name] === undefined || (wanted[name] !== undefined && wanted[name] !== limits[name]))
				guaranteed = false;
		}
	}
	if (!any) return 'BestEffort';
	return guaranteed ? 'Guaranteed' : 'Burstable';
}
