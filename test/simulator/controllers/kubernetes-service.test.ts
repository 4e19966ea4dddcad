import {afterEach, describe, expect, it} from 'vitest';
import type {EndpointSlice, Endpoints, Service} from '../../../src/simulator/types.ts';
import {createLab} from '../node/lab.ts';

let lab: ReturnType<typeof createLab>;
afterEach(() => lab?.stop());

const find = () => ({
	service: lab.store.get<Service>('services', 'default', 'kubernetes'),
	endpoints: lab.store.get<Endpoints>('endpoints', 'default', 'kubernetes'),
	slice: lab.store.get<EndpointSlice>('endpointslices', 'default', 'kubernetes'),
});

describe('the Service kubernetes', () => {
	it('comes back with its address, its Endpoints and its slice ten seconds after it was deleted', () => {
		lab = createLab();
		const before = find();
		lab.registry.delete('services', 'default', 'kubernetes');
		lab.advance(100);
		expect(find().service).toBeUndefined();
		expect(find().endpoints).toBeUndefined();
		lab.advance(10_000);
		const after = find();
		expect(after.service?.spec).toEqual(before.service?.spec);
		expect(after.service?.metadata.uid).not.toBe(before.service?.metadata.uid);
		expect(after.endpoints?.subsets).toEqual(before.endpoints?.subsets);
		expect(after.slice?.endpoints).toEqual(before.slice?.endpoints);
	});

	it('gets back what was changed of its addresses', () => {
		lab = createLab();
		const before = find();
		lab.registry.update('endpoints', {...before.endpoints!, subsets: [{addresses: [{ip: '10.0.0.1'}], ports: []}]});
		lab.registry.delete('endpointslices', 'default', 'kubernetes');
		lab.advance(10_100);
		expect(find().endpoints?.subsets).toEqual(before.endpoints?.subsets);
		expect(find().slice?.ports).toEqual(before.slice?.ports);
	});
});
