import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import type {Cell, Column} from '../../../src/simulator/resources/definition.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import type {KubeObject, ObjectMeta} from '../../../src/simulator/types.ts';

type Row = {cells: Cell[]; object: {metadata: ObjectMeta}};
type Table = {columnDefinitions: Column[]; rows: Row[]};

/** When the tables were captured: one instant explains every age in them. */
const captured = Date.UTC(2026, 10, 21, 22, 44, 8);

const golden = (plural: string) =>
	JSON.parse(readFileSync(new URL(`../../fixtures/golden/table-${plural}.json`, import.meta.url), 'utf8')) as Table;

const text = (cell: Cell | undefined) => String(cell);
const some = (value: string) => (value === '<none>' || value === '<unknown>' || value === '' ? undefined : value);
const pairs = (value: string) =>
	Object.fromEntries(
		(some(value)?.split(',') ?? []).map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
	);
const template = (names: string, images: string) => ({
	spec: {containers: names.split(',').map((name, i) => ({name, image: images.split(',')[i]}))},
});

/** For each table, an object that has what the row's cells show; only what the row cannot know is left out. */
const rebuild: Record<string, (cells: string[]) => Record<string, unknown>> = {
	deployments: ([, ready = '', updated, available, , names = '', images = '', selector = '']) => ({
		spec: {
			replicas: Number(ready.split('/')[1]),
			selector: {matchLabels: pairs(selector)},
			template: template(names, images),
		},
		status: {
			readyReplicas: Number(ready.split('/')[0]),
			updatedReplicas: Number(updated),
			availableReplicas: Number(available),
		},
	}),
	endpoints: ([, endpoints = '']) =>
		endpoints === '<none>'
			? {}
			: {
					subsets: [
						{
							addresses: endpoints.split(',').map(pair => ({ip: pair.split(':')[0]})),
							ports: [{port: Number(endpoints.split(':').at(-1)), protocol: 'TCP'}],
						},
					],
				},
	endpointslices: ([, addressType, ports = '', endpoints = '']) => ({
		addressType,
		ports: ports === '<unset>' ? null : ports.split(',').map(port => ({name: port, port: Number(port)})),
		endpoints: endpoints === '<unset>' ? null : endpoints.split(',').map(ip => ({addresses: [ip], conditions: {}})),
	}),
	namespaces: ([, phase]) => ({status: {phase}}),
	nodes: () => ({spec: {}, status: {}}),
	pods: ([, ready = '', status, restarts, , ip = '', node = '']) => ({
		spec: {containers: [{name: 'c', image: 'i'}], nodeName: some(node)},
		status: {
			phase: status === 'Pending' ? 'Pending' : 'Running',
			podIPs: some(ip) ? [{ip}] : undefined,
			containerStatuses:
				status === 'Pending'
					? undefined
					: [
							{
								name: 'c',
								ready: ready.startsWith('1'),
								restartCount: Number(restarts),
								state: {running: {startedAt: '2026-11-21T22:36:12Z'}},
								lastState: {},
							},
						],
		},
	}),
	replicasets: ([, desired, current, ready, , names = '', images = '', selector = '']) => ({
		spec: {
			replicas: Number(desired),
			selector: {matchLabels: pairs(selector)},
			template: template(names, images),
		},
		status: {replicas: Number(current), readyReplicas: Number(ready)},
	}),
	services: ([, type, ip = '', external = '', ports = '', , selector = '']) => ({
		spec: {
			type,
			clusterIPs: some(ip) && [ip],
			externalName: type === 'ExternalName' ? external : undefined,
			ports: some(ports)
				?.split(',')
				.map(each => {
					const [, port, nodePort, protocol] = /^(\d+)(?::(\d+))?\/(\w+)$/.exec(each)!;
					return {port: Number(port), protocol, nodePort: nodePort && Number(nodePort)};
				}),
			selector: pairs(selector),
		},
		status: {loadBalancer: {}},
	}),
	events: ([last = '', type, reason, target = '', path, source = '', message, , count]) => ({
		involvedObject: {kind: target.split('/')[0], name: target.split('/')[1], fieldPath: path || undefined},
		type,
		reason,
		message,
		count: Number(count),
		source: {component: source.split(', ')[0], host: source.split(', ')[1]},
		firstTimestamp: since(last),
		lastTimestamp: since(last),
	}),
};

const unit: Record<string, number> = {s: 1, m: 60, h: 3600};
const since = (age: string) => {
	const seconds = [...age.matchAll(/(\d+)([smh])/g)].reduce((sum, [, n, u]) => sum + Number(n) * unit[u!]!, 0);
	return new Date(captured - seconds * 1000).toISOString();
};

describe.each(Object.keys(rebuild))('the table of %s', plural => {
	const definition = definitions.find(each => each.plural === plural)!;
	const table = golden(plural);

	it('declares the columns that a real v1.36 server declares', () => {
		expect(definition.columns).toEqual(table.columnDefinitions);
	});

	it.each(table.rows.map(row => [text(row.cells[0]), row] as const))(
		'shows the row of %s as the real one',
		(_, row) => {
			const object = {...rebuild[plural]!(row.cells.map(text)), metadata: row.object.metadata} as unknown as KubeObject;
			expect(definition.cells(object, captured)).toEqual(row.cells);
		},
	);
});

describe('every table', () => {
	it.each(definitions.map(definition => [definition.plural, definition] as const))(
		'%s has a name column',
		(_, definition) => {
			expect(definition.columns.filter(({format}) => format === 'name')).toHaveLength(1);
		},
	);
});
