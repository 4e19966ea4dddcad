import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findOnPath} from '../../src/clusters/shell.ts';
import {textIn} from '../../src/text/text.ts';
import {until} from '../until.ts';
import {keys, type LabScreen, newHome, openLab} from './lab.ts';

const sizes = {columns: 120, rows: 40};
const hasKubectl = findOnPath('kubectl', process.env.PATH) !== undefined;

describe.skipIf(!hasKubectl)('the cluster’s time in a real terminal (needs kubectl)', () => {
	it('stands still after Ctrl-Z, goes step by step with Ctrl-O, and passes again', {timeout: 120_000}, async () => {
		const lab = openLab({lesson: 'endpoints', ...sizes});
		await lab.isOpen();
		await lab.press(keys.ctrl('z'));
		await lab.shows('‖ paused');
		await lab.run('kubectl create deployment held --image=nginx');
		await lab.shows('deployment.apps/held created');
		await lab.run('echo "replicas: $(kubectl get replicasets -oname | wc -l)"');
		await lab.shows(/replicas: +0/);
		await lab.press(keys.ctrl('o'));
		await lab.run('clear');
		await until(async () => {
			await lab.press(keys.ctrl('o'));
			await lab.run('echo "sets: $(kubectl get replicasets -oname | wc -l)."');
			await lab.shows(/sets: +\d\./);
			const found = /sets: +1\./.test(lab.text());
			await lab.run('clear');
			return found;
		});
		await lab.shows('‖ paused');
		await lab.press(keys.ctrl('z'));
		await lab.waitFor(text => !text.includes('paused'));
		await lab.run('kubectl wait --for=condition=Available deployment/held');
		await lab.shows('deployment.apps/held condition met');
		await lab.type('++');
		await lab.shows(' 5×');
		await lab.press(keys.ctrl('d'));
		expect(await lab.exited).toBe(0);
	});
});

describe.skipIf(!hasKubectl)('a step that was reached before (needs kubectl)', () => {
	it('is there again at once, the cluster as it was, and what was there instead is kept', {
		timeout: 180_000,
	}, async () => {
		const home = newHome();
		let lab = openLab({lesson: 'endpoints', args: ['--step', '3'], home, ...sizes});
		await lab.shows('step 3/');
		const states = join(home, 'progress/endpoints/steps');
		await until(() => existsSync(states) && readdirSync(states).length === 3);
		await lab.run('kubectl create configmap made-in-step-three');
		await lab.shows('configmap/made-in-step-three created');
		await leave(lab);

		lab = openLab({lesson: 'endpoints', args: ['--step', '2'], home, ...sizes});
		await lab.shows('step 2/');
		await lab.run('kubectl get configmaps');
		await lab.shows('kube-root-ca.crt');
		expect(lab.text()).not.toContain('made-in-step-three');
		await leave(lab);
		const {bringing} = textIn('en').cli;
		expect(lab.text()).toContain('The cluster is as it was when step 2 began');
		expect(lab.text()).not.toContain(bringing(1, 9, '').slice(0, 12));
		expect(readFileSync(join(home, 'progress/endpoints/before-reset.json'), 'utf8')).toContain('made-in-step-three');

		// The beginning is a step like the others; after it nothing of the lesson is left.
		lab = openLab({lesson: 'endpoints', args: ['--reset'], home, ...sizes});
		await lab.shows('step 1/');
		await lab.run('echo "deployments: $(kubectl get deployments -oname | wc -l)."');
		await lab.shows(/deployments: +0\./);
		await leave(lab);
		expect(lab.text()).toContain('The cluster is as it was when step 1 began');
	});

	/** Ctrl-D means nothing while a command still runs, whose output may already be there. */
	async function leave(lab: LabScreen): Promise<void> {
		await lab.waitFor(text => !text.includes('Ctrl-C stops it'));
		await lab.press(keys.ctrl('d'));
		await lab.exited;
	}
});
