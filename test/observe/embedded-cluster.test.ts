import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import {observeCluster} from '../../src/observe/observe-cluster.ts';
import type {Observer} from '../../src/observe/observer.ts';
import {endpointsTable, podTable, sliceTable, type Table, tableLines} from '../../src/observe/tables.ts';
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

	/** What kubectl prints, and the lab's own lines of it at each quarter of a second in which it may have been printed. */
	async function printed(line: string, table: (now: number) => Table) {
		const from = Date.now();
		const stock = (await run(`${line} 2>/dev/null`))
			.trimEnd()
			.split('\n')
			.map(text => text.trimEnd());
		const own: string[][] = [];
		for (let now = from; now < Date.now() + 250; now += 250) own.push(tableLines(table(now)));
		return {stock, own};
	}

	/** Both must say the same of the same moment; an object that changes between the two is asked about again. */
	async function sameAsKubectl(line: string, table: (now: number) => Table, holds: (lines: string[]) => boolean) {
		let last: Awaited<ReturnType<typeof printed>> | undefined;
		await until(async () => {
			last = await printed(line, table);
			const {stock, own} = last;
			return holds(stock) && own.some(lines => lines.join('\n') === stock.join('\n'));
		});
		expect(last?.own).toContainEqual(last?.stock);
	}

	test('prints Pods, Endpoints and EndpointSlices exactly as kubectl does', {timeout: 180_000}, async () => {
		await run('kubectl apply -f deployment.yaml -f service.yaml');
		const pods = (now: number) => podTable(observer.snapshot().pods, now);
		const lists = (now: number) => endpointsTable(observer.snapshot().endpoints, now);
		const slices = (now: number) => sliceTable(observer.snapshot().slices, now);
		await sameAsKubectl('kubectl get pods', pods, lines => lines.length === 4);
		await run('kubectl scale deployment nginx-deployment --replicas=5');
		await sameAsKubectl('kubectl get endpoints', lists, lines => lines.join().includes('+ 2 more...'));
		await sameAsKubectl('kubectl get endpointslices', slices, lines => lines.join().includes('+ 2 more...'));
		// A container that has been restarted, and Pods that are on their way out.
		const [{name} = {name: ''}] = observer.snapshot().pods;
		await run(`kubectl exec ${name} -- sh -c 'kill 1' || true`);
		await sameAsKubectl('kubectl get pods', pods, lines => / [1-9] \(\d+s ago\) /.test(lines.join()));
		await run('kubectl set selector service my-service app=nobody');
		await sameAsKubectl('kubectl get endpoints', lists, lines => lines.join().includes('<none>'));
		await sameAsKubectl('kubectl get endpointslices', slices, lines => lines.join().includes('<unset>'));
		await run('kubectl set selector service my-service app=my-app');
		await run('kubectl scale deployment nginx-deployment --replicas=3');
		await sameAsKubectl('kubectl get pods', pods, lines => lines.length === 4);
		await until(() => readyAddresses().length === 3);
	});

	test('has earlier moments back', {timeout: 120_000}, async () => {
		await until(() => readyAddresses().length === 3);
		const [victim] = observer.snapshot().pods;
		const before = observer.snapshot();
		const told = observer.timeline().length;
		await run(`kubectl delete pod ${victim!.name}`);
		await until(() => observer.timeline().some(({what, name}) => what === 'pod-gone' && name === victim!.name));
		await until(() => readyAddresses().length === 3);
		const story = observer.timeline().slice(told);
		const [first] = story;
		expect(observer.snapshotAt(first!.at - 1)).toMatchObject({pods: before.pods, endpoints: before.endpoints});
		const out = story.find(({what}) => what === 'endpoint-out')!;
		const then = observer.snapshotAt(out.at)?.endpoints.find(({name}) => name === 'my-service');
		expect(then?.addresses.map(({ip}) => ip)).not.toContain(victim!.ip);
		const gone = story.find(({what}) => what === 'pod-gone')!;
		expect(observer.snapshotAt(gone.at - 0.001)?.pods.map(({name}) => name)).toContain(victim!.name);
		expect(observer.snapshotAt(gone.at)?.pods.map(({name}) => name)).not.toContain(victim!.name);
		expect(observer.snapshotAt(0)).toBeUndefined();
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
			more: -1,
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
