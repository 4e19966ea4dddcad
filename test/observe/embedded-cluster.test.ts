import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {findLesson} from '../../src/lesson/find-lessons.ts';
import {observeCluster} from '../../src/observe/observe-cluster.ts';
import type {Observer} from '../../src/observe/observer.ts';
import {realTime} from '../../src/observe/time.ts';
import {textIn} from '../../src/text/text.ts';
import {hasKubectl, openPlace, type Place} from '../plain/place.ts';
import {until} from '../until.ts';

describe.skipIf(!hasKubectl)('watching the embedded cluster, driven by kubectl', () => {
	let place: Place;
	let observer: Observer;
	let run: (line: string) => Promise<string>;

	beforeAll(async () => {
		place = await openPlace();
		observer = observeCluster({
			cluster: {kubeconfig: place.kubeconfig, namespace: 'default'},
			text: textIn('en'),
			time: realTime,
		});
		const {runner} = await place.forLesson(findLesson('endpoints')!);
		run = async line => {
			let output = '';
			const {code} = await runner.run(line, {
				onOutput: piece => {
					output += piece;
				},
			});
			expect(output + code).toMatch(/0$/);
			return output;
		};
		await until(() => observer.status().state === 'live');
		await run('kubectl apply -f deployment.yaml -f service.yaml');
		await until(() => readyAddresses().length === 3);
	});
	afterAll(async () => {
		await observer.close();
		await place.close();
	});

	const endpoints = () => observer.snapshot().endpoints.find(({name}) => name === 'my-service');
	const readyAddresses = () => (endpoints()?.addresses ?? []).filter(({ready}) => ready).map(({ip}) => ip);

	test('sees what kubectl prints', async () => {
		const {pods, deployments, services} = observer.snapshot();
		expect(deployments).toMatchObject([
			{name: 'nginx-deployment', desired: 3, image: 'nginx:1.14.2', podLabels: {app: 'my-app'}},
		]);
		expect(services.map(({name}) => name)).toEqual(['kubernetes', 'my-service']);
		const printed = (await run('kubectl get pods -owide --no-headers')).trim().split('\n');
		const columns = printed.map(line => {
			const [name, , status, , , ip, node] = line.split(/\s+/);
			return {name, status, ip, node};
		});
		expect(pods.map(({name, status, ip, node}) => ({name, status, ip, node}))).toEqual(columns);
		const [, list] = (await run('kubectl get endpoints my-service --no-headers 2>/dev/null')).split(/\s+/);
		expect(
			endpoints()
				?.addresses.map(({ip, port}) => `${ip}:${port}`)
				.join(),
		).toBe(list);
	});

	test('tells a deleted Pod’s story in the order in which it happened', async () => {
		const [victim] = observer.snapshot().pods;
		const told = observer.timeline().length;
		await run(`kubectl delete pod ${victim!.name}`);
		await until(() => readyAddresses().length === 3 && !readyAddresses().includes(victim!.ip));
		await until(() => observer.timeline().some(({what, name}) => what === 'pod-gone' && name === victim!.name));

		const story = observer.timeline().slice(told);
		const when = (what: string, name: string, detail?: string) =>
			story.findIndex(entry => entry.what === what && entry.name === name && (!detail || entry.detail === detail));
		const heir = story.find(({what}) => what === 'pod-created')?.name ?? '';
		// Pods and Endpoints come by two connections, so only the order within each is certain.
		expect(when('pod-terminating', victim!.name)).toBeGreaterThanOrEqual(0);
		expect(when('pod-gone', victim!.name)).toBeGreaterThan(when('pod-terminating', victim!.name));
		expect(when('pod-scheduled', heir)).toBeGreaterThan(when('pod-created', heir));
		expect(when('pod-ready', heir)).toBeGreaterThan(when('pod-scheduled', heir));
		const heirAddress = `${observer.snapshot().pods.find(({name}) => name === heir)?.ip}:80`;
		expect(when('endpoint-out', 'my-service', `${victim!.ip}:80`)).toBeGreaterThanOrEqual(0);
		expect(when('endpoint-in', 'my-service', heirAddress)).toBeGreaterThan(when('endpoint-out', 'my-service'));
		const times = story.map(({at}) => at);
		expect(times).toEqual([...times].sort((a, b) => a - b));
	});

	test('tells of changed Deployments and Services', async () => {
		const told = observer.timeline().length;
		await run('kubectl scale deployment nginx-deployment --replicas=2');
		await run('kubectl set selector service my-service app=other');
		await until(() => readyAddresses().length === 0);
		const story = observer.timeline().slice(told);
		expect(story).toContainEqual({
			at: expect.any(Number),
			what: 'deployment-changed',
			name: 'nginx-deployment',
			detail: '2',
		});
		expect(story).toContainEqual({
			at: expect.any(Number),
			what: 'service-changed',
			name: 'my-service',
			detail: 'app=other',
		});
		expect(story.filter(({what}) => what === 'endpoint-out')).toHaveLength(3);
	});
});
