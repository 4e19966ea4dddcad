#!/usr/bin/env zx
// Makes src/simulator/schema/{fields,descriptions}.json.
//
//   node scripts/openapi.mjs FOLDER [TYPES]
//
// FOLDER holds what a real API server answers under /openapi/v3, as openapi-v3-api-v1.json, openapi-v3-apps-v1.json and
// openapi-v3-discovery-v1.json (kubectl get --raw /openapi/v3/api/v1 > …). Kinds of other groups, and the descriptions
// that captures may lack, are taken from the models of @kubernetes/client-node, which are made of the same API.
import {existsSync} from 'node:fs';
import {argv, echo, fs, path} from 'zx';

const [folder, typesFolder] = argv._;
if (!folder) throw new Error('usage: node scripts/openapi.mjs FOLDER-OF-CAPTURED-DOCUMENTS [KUBERNETES-TYPES]');

const core = 'io.k8s.api.core.v1.';
const apps = 'io.k8s.api.apps.v1.';
const discovery = 'io.k8s.api.discovery.v1.';
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const coreKinds =
	'Binding ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolumeClaim Pod ReplicationController ResourceQuota Secret Service ServiceAccount';
const roots = [
	...coreKinds.split(' ').map(kind => core + kind),
	...['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'].map(kind => apps + kind),
	`${discovery}EndpointSlice`,
	'io.k8s.api.autoscaling.v1.Scale',
	'io.k8s.api.policy.v1.Eviction',
	`${meta}DeleteOptions`,
];
/** Kinds of groups that are not captured, by the model of the client. */
const modelRoots = [
	['io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler', 'autoscaling', 'v2'],
	['io.k8s.api.batch.v1.CronJob', 'batch', 'v1'],
	['io.k8s.api.batch.v1.Job', 'batch', 'v1'],
	['io.k8s.api.coordination.v1.Lease', 'coordination.k8s.io', 'v1'],
	['io.k8s.api.networking.v1.Ingress', 'networking.k8s.io', 'v1'],
	['io.k8s.api.networking.v1.NetworkPolicy', 'networking.k8s.io', 'v1'],
];

const captured = {};
for (const name of ['api-v1', 'apps-v1', 'discovery-v1']) {
	const document = await fs.readJson(path.join(folder, `openapi-v3-${name}.json`));
	Object.assign(captured, document.components.schemas);
}

const models = 'node_modules/@kubernetes/client-node/dist/gen/models';
const version = name => name.split('.').at(-2);
const kindOf = name => name.split('.').at(-1);
const upper = text => text[0].toUpperCase() + text.slice(1);

/** The client's class for a schema: V1Pod, or CoreV1Event where a name is taken twice. */
function modelOf(name) {
	const [group] = name.replace('io.k8s.api.', '').split('.');
	const plain = `${upper(version(name))}${kindOf(name)}`;
	return [`${upper(group)}${plain}`, plain].find(each => existsSync(path.join(models, `${each}.d.ts`)));
}

const unquote = text => text.replaceAll(/\\(['"\\])/g, '$1').trim();

/** The documentation of a model: '' for the class, and by field. */
function descriptionsOf(name) {
	const model = modelOf(name);
	if (!model) return {};
	const source = fs.readFileSync(path.join(models, `${model}.d.ts`), 'utf8');
	const found = {};
	const own = /\/\*\*\n\* (.*)\n\*\/\nexport declare class/.exec(source);
	if (own) found[''] = unquote(own[1]);
	for (const [, text, field] of source.matchAll(/\/\*\*\n\s*\* (.*)\n\s*\*\/\n\s*'([^']+)'/g))
		found[field] = unquote(text);
	return found;
}

/** The documentation of the fields of an interface of kubernetes-types, paragraphs and all. */
function olderDescriptionsOf(name) {
	if (!typesFolder) return {};
	const [group, version, kind] = name.replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis)\./, '').split('.');
	const file = path.join(typesFolder, group, `${version}.d.ts`);
	if (!existsSync(file)) return {};
	const source = fs.readFileSync(file, 'utf8');
	const match = new RegExp(
		`(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n)?export interface ${kind} \\{\\n([\\s\\S]*?)\\n\\}`,
	).exec(source);
	const [, own = '', body = ''] = match ?? [];
	const found = {'': plain(own)};
	for (const [, text, field] of body.matchAll(/\/\*\*([\s\S]*?)\*\/\s*(?:readonly )?"?([\w$]+)"?\??:/g))
		found[field] = plain(text);
	return found;
}

const plain = comment => comment.replaceAll(/^ *\* ?/gm, '').trim();
/** The models put a text on one line; where the older text says the same, or begins the same, its paragraphs are kept. */
function withParagraphs(text, older) {
	if (!older || !text) return text || older;
	const [now, before] = [squeezed(text), squeezed(older)];
	if (now === before) return older;
	return now.startsWith(`${before} `) ? `${older}\n\n${now.slice(before.length + 1)}` : text;
}

const squeezed = text => text?.replaceAll(/\s+/g, ' ');

const ref = name => ({$ref: `#/components/schemas/${name}`});
const scalars = {
	string: {type: 'string'},
	number: {type: 'integer', format: 'int32'},
	boolean: {type: 'boolean'},
	Date: ref(`${meta}Time`),
	V1MicroTime: ref(`${meta}MicroTime`),
	IntOrString: ref('io.k8s.apimachinery.pkg.util.intstr.IntOrString'),
	any: {},
	object: {type: 'object'},
};

/** The schemas that a model needs and that no captured document has. */
async function fromModel(name, out) {
	if (captured[name] || out[name]) return;
	const model = modelOf(name);
	const {[model]: type} = await import(path.resolve(models, `${model}.js`));
	const source = fs.readFileSync(path.join(models, `${model}.d.ts`), 'utf8');
	const required = [...source.matchAll(/^ {4}'([^']+)': /gm)].map(([, field]) => field);
	const schema = {type: 'object', ...(required.length > 0 && {required}), properties: {}};
	out[name] = schema;
	const packageOf = name.slice(0, name.lastIndexOf('.') + 1);
	const convert = async (text, format) => {
		const list = /^Array<(.*)>$/.exec(text);
		if (list) return {type: 'array', items: await convert(list[1], format)};
		const map = /^\{ \[key: string\]: (.*); \}$/.exec(text);
		if (map) return {type: 'object', additionalProperties: await convert(map[1], format)};
		if (scalars[text]) return format && scalars[text].type ? {...scalars[text], format} : scalars[text];
		const kind = text.replace(/^(Core|Batch|Autoscaling|Networking)?V\d+/, '');
		for (const prefix of [core, meta]) if (captured[prefix + kind]) return ref(prefix + kind);
		if (modelOf(packageOf + kind) !== text) throw new Error(`no schema for ${text} in ${name}`);
		await fromModel(packageOf + kind, out);
		return ref(packageOf + kind);
	};
	for (const {baseName, type: text, format} of type.attributeTypeMap)
		schema.properties[baseName] = await convert(text, format);
}

const made = {};
for (const [name, group, versionName] of modelRoots) {
	await fromModel(name, made);
	made[name]['x-kubernetes-group-version-kind'] = [{group, version: versionName, kind: kindOf(name)}];
}
const all = {...captured, ...made};

/** A reference is written as `$ref` alone where the real document wraps it for a default or a description. */
function references(value, visit) {
	if (Array.isArray(value)) for (const each of value) references(each, visit);
	else if (value && typeof value === 'object') {
		if (typeof value.$ref === 'string') visit(value.$ref.slice('#/components/schemas/'.length));
		for (const each of Object.values(value)) references(each, visit);
	}
}

const wanted = new Set();
const add = name => {
	if (wanted.has(name)) return;
	if (!all[name]) throw new Error(`the captured documents have no ${name}`);
	wanted.add(name);
	references(all[name], add);
};
for (const name of [...roots, ...modelRoots.map(([name]) => name)]) add(name);

const fields = {};
const descriptions = {};
for (const name of [...wanted].sort()) {
	const {description, ...schema} = all[name];
	const known = descriptionsOf(name);
	const older = olderDescriptionsOf(name);
	const texts = description ? {...known, '': description} : known;
	if (texts['']) texts[''] = withParagraphs(texts[''], older['']);
	for (const [field, {description: text}] of Object.entries(schema.properties ?? {})) {
		if (text) texts[field] = text;
		texts[field] = withParagraphs(texts[field], older[field]);
		if (!texts[field]) delete texts[field];
		delete schema.properties[field].description;
	}
	fields[name] = schema;
	if (Object.keys(texts).length > 0) descriptions[name] = texts;
}

// One schema a line: small enough to bundle, and a change shows as one line.
const lines = object =>
	`{\n${Object.entries(object)
		.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
		.join(',\n')}\n}\n`;
await fs.writeFile('src/simulator/schema/fields.json', lines(fields));
await fs.writeFile('src/simulator/schema/descriptions.json', lines(descriptions));
echo(`${Object.keys(fields).length} schemas, ${Object.keys(descriptions).length} with descriptions`);
