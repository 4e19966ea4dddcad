#!/usr/bin/env zx
// Writes src/simulator/api/protobuf/fields.json: the field numbers of the API's protobuf messages, read out of the
// descriptors that every Go program with the Kubernetes types carries (gzipped FileDescriptorProto).
//   npx zx scripts/protobuf-fields.mjs /path/to/kubectl
import {inflateRawSync} from 'node:zlib';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import {argv, fs, path} from 'zx';

const [binary] = argv._;
if (!binary) throw new Error('usage: npx zx scripts/protobuf-fields.mjs /path/to/kubectl');
const target = path.join(import.meta.dirname, '../src/simulator/api/protobuf/fields.json');

/** The messages that clients send; what they refer to comes along. */
const roots = {
	'k8s.io.api.core.v1': [
		'Binding',
		'ConfigMap',
		'Endpoints',
		'Event',
		'LimitRange',
		'Namespace',
		'Node',
		'PersistentVolume',
		'PersistentVolumeClaim',
		'Pod',
		'PodTemplate',
		'ReplicationController',
		'ResourceQuota',
		'Secret',
		'Service',
		'ServiceAccount',
	],
	'k8s.io.api.apps.v1': ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
	'k8s.io.api.batch.v1': ['CronJob', 'Job'],
	'k8s.io.api.autoscaling.v1': ['HorizontalPodAutoscaler', 'Scale'],
	'k8s.io.api.autoscaling.v2': ['HorizontalPodAutoscaler'],
	'k8s.io.api.discovery.v1': ['EndpointSlice'],
	'k8s.io.api.policy.v1': ['Eviction', 'PodDisruptionBudget'],
	'k8s.io.api.events.v1': ['Event'],
	'k8s.io.api.coordination.v1': ['Lease'],
	'k8s.io.api.authorization.v1': ['SelfSubjectAccessReview', 'SelfSubjectRulesReview'],
	'k8s.io.api.authentication.v1': ['SelfSubjectReview'],
	'k8s.io.apimachinery.pkg.apis.meta.v1': ['DeleteOptions'],
};

const messages = new Map();
const data = fs.readFileSync(binary);
const magic = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0]);
for (let at = data.indexOf(magic); at >= 0; at = data.indexOf(magic, at + 1)) {
	let bytes;
	try {
		// The stream's end is not known: raw inflate stops at it by itself.
		bytes = inflateRawSync(data.subarray(at + 10, at + 2_000_000));
	} catch {
		continue;
	}
	if (!bytes.subarray(0, 200).includes('generated.proto')) continue;
	const file = descriptor.FileDescriptorProto.decode(bytes);
	const add = (message, scope) => {
		const name = `${scope}.${message.name}`;
		messages.set(name, message);
		for (const nested of message.nestedType) add(nested, name);
	};
	for (const message of file.messageType) add(message, file.package);
}
if (messages.size === 0) throw new Error(`${binary} holds no Kubernetes protobuf descriptors`);

const scalars = {1: 'double', 3: 'int64', 5: 'int32', 8: 'bool', 9: 'string', 12: 'bytes'};
const out = {};
function take(name) {
	if (out[name]) return;
	const message = messages.get(name);
	if (!message) throw new Error(`no descriptor of ${name}`);
	const fields = {};
	out[name] = fields;
	for (const field of message.field) {
		const typeName = field.typeName?.replace(/^\./, '');
		const entry = typeName && messages.get(typeName)?.options?.mapEntry ? messages.get(typeName) : undefined;
		const typeOf = ({type, typeName}) => (type === 11 ? typeName.replace(/^\./, '') : scalars[type]);
		const used = entry ? entry.field.find(({number}) => number === 2) : field;
		const type = typeOf(used);
		if (!type) throw new Error(`${name}.${field.name} has type ${used.type}`);
		fields[field.number] = [field.name, type, ...(entry ? ['map'] : field.label === 3 ? ['list'] : [])];
		if (used.type === 11) take(type);
	}
}
for (const [scope, names] of Object.entries(roots)) for (const name of names) take(`${scope}.${name}`);
const lines = Object.keys(out)
	.sort()
	.map(name => `\t${JSON.stringify(name)}: ${JSON.stringify(out[name])}`);
fs.writeFileSync(target, `{\n${lines.join(',\n')}\n}\n`);
console.log(`${lines.length} messages`);
