import {describe, expect, it} from 'vitest';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {fieldSchema} from '../../../src/simulator/schema/field-schema.ts';
import {openApiDocument} from '../../../src/simulator/schema/openapi.ts';
import {referenceOf, type Schema, schemaName, schemas} from '../../../src/simulator/schema/schemas.ts';

const versionOf = ({group, version}: {group: string; version: string}) => (group ? `${group}/${version}` : version);
const pathOf = ({group, version}: {group: string; version: string}) =>
	group ? `apis/${group}/${version}` : `api/${version}`;

describe('the OpenAPI documents', () => {
	const paths = [...new Set(definitions.map(pathOf))];

	it.each(paths.map(path => [path]))('%s holds every schema that it refers to', async path => {
		const {components} = await openApiDocument(path, definitions);
		const missing = new Set<string>();
		const visit = (schema: Schema) => {
			const reference = referenceOf(schema);
			if (reference && !components.schemas[reference]) missing.add(reference);
			for (const each of Object.values(schema.properties ?? {})) visit(each);
			if (schema.items) visit(schema.items);
			if (schema.additionalProperties) visit(schema.additionalProperties);
		};
		for (const schema of Object.values(components.schemas)) visit(schema);
		expect([...missing]).toEqual([]);
	});

	it.each(definitions.map(definition => [definition.kind, definition] as const))(
		'%s has a schema, and a patch whose fields kubectl may have checked',
		async (kind, definition) => {
			expect(schemaName(versionOf(definition), kind)).toBeDefined();
			const {paths} = await openApiDocument(pathOf(definition), definitions);
			type Patch = {parameters: {name: string}[]; 'x-kubernetes-group-version-kind': object};
			const patches = Object.values(paths as Record<string, {patch?: Patch}>).flatMap(({patch}) => patch ?? []);
			const {group, version} = definition;
			const patch = patches.find(each => {
				const found = each['x-kubernetes-group-version-kind'] as {group: string; version: string; kind: string};
				return found.kind === kind && found.group === group && found.version === version;
			});
			expect(patch?.parameters.map(({name}) => name)).toContain('fieldValidation');
		},
	);

	it('explains fields, those that are objects too', async () => {
		const {components} = await openApiDocument('api/v1', definitions);
		const container = components.schemas['io.k8s.api.core.v1.Container']!;
		expect(container.description).toBe('A single application container that you want to run within a pod.');
		expect(container.properties!.readinessProbe).toMatchObject({
			description: expect.stringMatching(/^Periodic probe of container service readiness\./),
			allOf: [{$ref: '#/components/schemas/io.k8s.api.core.v1.Probe'}],
		});
		expect(container.properties!.image!.description).toMatch(/^Container image name\./);
	});

	it('describe nearly every field', async () => {
		const {components} = await openApiDocument('apis/apps/v1', definitions);
		const all = Object.entries(components.schemas).flatMap(([name, {properties = {}}]) =>
			Object.entries(properties).map(([field, {description}]) => ({field: `${name}.${field}`, description})),
		);
		const silent = all.filter(({description}) => !description);
		expect(silent.length / all.length).toBeLessThan(0.02);
	});
});

describe('how lists are merged', () => {
	const at = (apiVersion: string, kind: string, ...path: string[]) => {
		let schema = fieldSchema(apiVersion, kind);
		for (const step of path) schema = step === '[]' ? schema?.items() : schema?.member(step);
		return schema;
	};

	it.each([
		['v1', 'Service', ['spec', 'ports'], 'port', 'map', ['port', 'protocol'], {protocol: 'TCP'}],
		['v1', 'Pod', ['spec', 'containers'], 'name', 'map', ['name'], {}],
		[
			'v1',
			'Pod',
			['spec', 'containers', '[]', 'ports'],
			'containerPort',
			'map',
			['containerPort', 'protocol'],
			{protocol: 'TCP'},
		],
		['apps/v1', 'Deployment', ['spec', 'template', 'spec', 'containers', '[]', 'env'], 'name', 'map', ['name'], {}],
		['v1', 'Pod', ['metadata', 'ownerReferences'], 'uid', 'map', ['uid'], {}],
		['v1', 'Pod', ['status', 'conditions'], 'type', 'map', ['type'], {}],
	])('%s %s %j by %s', (apiVersion, kind, path, mergeKey, listType, listMapKeys, defaults) => {
		expect(at(apiVersion, kind, ...path)).toMatchObject({
			mergeKey,
			listType,
			listMapKeys,
			defaults,
			patchStrategy: ['merge'],
		});
	});

	it('finalizers as a set, commands as a whole', () => {
		expect(at('v1', 'Pod', 'metadata', 'finalizers')).toMatchObject({listType: 'set', patchStrategy: ['merge']});
		expect(at('v1', 'Pod', 'spec', 'containers', '[]', 'command')).toMatchObject({
			listType: 'atomic',
			patchStrategy: [],
		});
	});

	it('the strategy of a Deployment by keeping keys', () => {
		expect(at('apps/v1', 'Deployment', 'spec', 'strategy')!.patchStrategy).toEqual(['retainKeys']);
		expect(at('v1', 'Pod', 'spec', 'volumes')!.patchStrategy).toEqual(['merge', 'retainKeys']);
	});

	it('a selector as a whole, labels one by one', () => {
		expect(at('v1', 'Service', 'spec', 'selector')!.atomic).toBe(true);
		expect(at('v1', 'Service', 'metadata', 'labels')!.atomic).toBe(false);
		expect(at('v1', 'Service', 'metadata', 'labels', 'anything')).toBeDefined();
		expect(at('v1', 'Service', 'spec', 'nothing')).toBeUndefined();
	});

	it('the subsets of Endpoints as a whole', () => {
		expect(at('v1', 'Endpoints', 'subsets')).toMatchObject({listType: 'atomic', patchStrategy: []});
	});
});

it('every schema is used by a kind', () => {
	const used = new Set<string>();
	const add = (name: string) => {
		if (used.has(name)) return;
		used.add(name);
		JSON.stringify(schemas[name], (key, value) => {
			if (key === '$ref') add(String(value).slice('#/components/schemas/'.length));
			return value;
		});
	};
	for (const [name, schema] of Object.entries(schemas)) if (schema['x-kubernetes-group-version-kind']) add(name);
	expect(Object.keys(schemas).filter(name => !used.has(name))).toEqual([]);
});
