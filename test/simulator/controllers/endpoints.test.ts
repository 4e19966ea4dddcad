import {beforeEach, describe, expect, it} from 'vitest';
import {createLab, type Lab, pod, service} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const runPods = (...ips: string[]) => {
	for (const [i, ip] of ips.entries()) {
		lab.create('pods', pod(`p${i}`, {app: 'web'}));
		lab.run(`p${i}`, {ip});
	}
	lab.settle();
};

describe('Endpoints', () => {
	it('sorts addresses by the bytes of their text', () => {
		lab.create('services', service('web'));
		runPods('10.244.0.9', '10.244.0.10', '10.244.0.11');
		const {subsets} = lab.endpoints('web')!;
		expect(subsets).toHaveLength(1);
		expect(subsets![0]!.addresses!.map(({ip}) => ip)).toEqual(['10.244.0.10', '10.244.0.11', '10.244.0.9']);
	});

	it('has no subsets without a matching Pod', () => {
		lab.create('services', service('web'));
		lab.settle();
		expect(lab.endpoints('web')).not.toHaveProperty('subsets');
	});
});

describe('EndpointSlices', () => {
	it('shows serving, terminating and ready per address', () => {
		lab.create('services', service('web'));
		runPods('10.244.0.9', '10.244.0.10');
		lab.remove('pods', 'p0');
		lab.settle();
		expect(lab.slices('web')[0]!.endpoints!.map(({addresses, conditions}) => [addresses[0], conditions])).toEqual([
			['10.244.0.9', {ready: false, serving: true, terminating: true}],
			['10.244.0.10', {ready: true, serving: true, terminating: false}],
		]);
		expect(lab.endpoints('web')!.subsets![0]!.addresses!.map(({ip}) => ip)).toEqual(['10.244.0.10']);
	});
});
