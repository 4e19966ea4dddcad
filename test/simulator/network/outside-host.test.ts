import {expect, test} from 'vitest';
import {declareOutsideHost} from '../../../src/simulator/network/outside-host.ts';
import {bodyOf, createLab} from '../node/lab.ts';

test('the machine outside answers at its address, by its name, and behind a Service with Endpoints of its own', async () => {
	const lab = createLab();
	declareOutsideHost(lab.network, lab.clock);
	lab.create('services', {
		metadata: {name: 'harbor-huangxin', namespace: 'default'},
		spec: {ports: [{port: 80, protocol: 'TCP', targetPort: 80}]},
	});
	lab.create('endpoints', {
		metadata: {name: 'harbor-huangxin', namespace: 'default'},
		subsets: [{addresses: [{ip: '10.0.0.250'}], ports: [{port: 80, protocol: 'TCP'}]}],
	});
	lab.advance(2000);
	for (const host of ['10.0.0.250', 'harbor.example.com', 'harbor-huangxin']) {
		const answer = bodyOf(await lab.request(`http://${host}/`));
		expect(answer).toBe(`This is 10.0.0.250, a machine outside the cluster. You asked for ${host}.\n`);
	}
	expect(await lab.request('http://10.0.0.250:81/')).toMatchObject({failure: 'refused'});
});
