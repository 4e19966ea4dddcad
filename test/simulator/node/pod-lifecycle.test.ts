import {expect, test} from 'vitest';
import {createLab} from './lab.ts';

const phaseAndState = ({status}: {status: {phase: string; containerStatuses?: {state: object}[]}}) =>
	`${status.phase} ${Object.keys(status.containerStatuses?.[0]?.state ?? {})[0] ?? ''}`.trim();

test('a Pod is bound, creating, then running within about a second, in five writes', () => {
	const lab = createLab();
	const seen = lab.watch('web', () => {
		lab.pod('web', {});
		lab.advance(3000);
	});
	expect(seen.map(({type, pod}) => `${type} ${phaseAndState(pod)}`)).toEqual([
		'ADDED Pending',
		'MODIFIED Pending',
		'MODIFIED Pending waiting',
		'MODIFIED Pending waiting',
		'MODIFIED Running running',
	]);
	expect(seen.slice(0, -1).map(({pod}) => pod.status.podIP)).toEqual(Array(4).fill(undefined));
	expect(seen.at(-1)!.pod.status.podIP).toMatch(/^10\.244\.[12]\.2$/);
	expect(seen[1]!.pod.spec.nodeName).toBeDefined();
	expect(seen.at(-1)!.at).toBeGreaterThan(500);
	expect(seen.at(-1)!.at).toBeLessThan(1200);
});

test('the conditions of a running Pod stand in the order of a real one, with the generation they were made for', () => {
	const lab = createLab();
	lab.pod('web', {});
	const {status} = lab.after(3000, 'web');
	expect(status.conditions!.map(({type, status, observedGeneration}) => [type, status, observedGeneration])).toEqual([
		['PodReadyToStartContainers', 'True', 1],
		['Initialized', 'True', 1],
		['Ready', 'True', 1],
		['ContainersReady', 'True', 1],
		['PodScheduled', 'True', 1],
	]);
	expect(status.observedGeneration).toBe(1);
});

test('a container being created has not been started and says why', () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(200);
	expect(lab.status('web')).toMatchObject({
		image: 'nginx:1.14.2',
		imageID: '',
		ready: false,
		started: false,
		restartCount: 0,
		state: {waiting: {reason: 'ContainerCreating'}},
		lastState: {},
	});
	expect(lab.condition('web', 'Ready')).toMatchObject({
		status: 'False',
		reason: 'ContainersNotReady',
		message: 'containers with unready status: [main]',
	});
	expect(lab.get('web').status.podIP).toBeUndefined();
	expect(lab.get('web').status.startTime).toBeDefined();
});

test('a running container tells image, ids, user and mounts as a real one does', () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(3000);
	const status = lab.status('web');
	expect(status).toMatchObject({
		image: 'docker.io/library/nginx:1.14.2',
		ready: true,
		started: true,
		resources: {},
		user: {linux: {gid: 0, supplementalGroups: [0], uid: 0}},
		volumeMounts: [
			{mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true, recursiveReadOnly: 'Disabled'},
		],
	});
	expect(status.imageID).toMatch(/^sha256:[0-9a-f]{64}$/);
	expect(status.containerID).toMatch(/^containerd:\/\/[0-9a-f]{64}$/);
	const {hostIP, hostIPs, podIP, podIPs, qosClass} = lab.get('web').status;
	expect({hostIP, hostIPs, podIP, podIPs, qosClass}).toEqual({
		hostIP: expect.stringMatching(/^172\.18\.0\./),
		hostIPs: [{ip: hostIP}],
		podIP: expect.stringMatching(/^10\.244\./),
		podIPs: [{ip: podIP}],
		qosClass: 'BestEffort',
	});
});

test('the events of a start are those of Kubernetes 1.36', () => {
	const lab = createLab();
	lab.pod('web', {});
	const {spec} = lab.after(3000, 'web');
	expect(lab.events('web')).toEqual([
		`Scheduled: Successfully assigned default/web to ${spec.nodeName}`,
		'Pulled: Container image "nginx:1.14.2" already present on machine and can be accessed by the pod',
		'Created: Container created',
		'Started: Container started',
	]);
});

test('a new Pod gets the next address of its node, and a released one does not come back at once', () => {
	const lab = createLab({workers: 1});
	for (const name of ['a', 'b']) lab.pod(name, {});
	lab.advance(3000);
	expect(['a', 'b'].map(name => lab.get(name).status.podIP).sort()).toEqual(['10.244.1.2', '10.244.1.3']);
	lab.remove('b');
	lab.advance(5000);
	lab.pod('c', {});
	expect(lab.after(3000, 'c').status.podIP).toBe('10.244.1.4');
});

test('init containers run one after the other before the others start', () => {
	const lab = createLab();
	lab.pod(
		'web',
		{},
		{
			spec: {
				initContainers: [
					{
						name: 'first',
						image: 'busybox:1.36',
						command: ['sh', '-c', 'sleep 3; echo ready > /work/state'],
						volumeMounts: [{name: 'work', mountPath: '/work'}],
					},
					{
						name: 'second',
						image: 'busybox:1.36',
						command: ['cat', '/work/state'],
						volumeMounts: [{name: 'work', mountPath: '/work'}],
					},
				],
				volumes: [{name: 'work', emptyDir: {}}],
			},
		},
	);
	const waiting = lab.after(2000, 'web');
	expect(waiting.status.phase).toBe('Pending');
	expect(waiting.status.containerStatuses![0]!.state.waiting?.reason).toBe('PodInitializing');
	expect(lab.condition('web', 'Initialized')).toMatchObject({
		status: 'False',
		reason: 'ContainersNotInitialized',
		message: 'containers with incomplete status: [first second]',
	});
	const running = lab.after(8000, 'web');
	expect(running.status.phase).toBe('Running');
	expect(running.status.initContainerStatuses!.map(({state, ready}) => [state.terminated?.exitCode, ready])).toEqual([
		[0, true],
		[0, true],
	]);
	expect(lab.condition('web', 'Initialized')?.status).toBe('True');
});

test('the second init container sees what the first one left in a shared volume', async () => {
	const lab = createLab();
	const volumeMounts = [{name: 'work', mountPath: '/work'}];
	lab.pod(
		'web',
		{},
		{
			spec: {
				initContainers: [
					{name: 'first', image: 'busybox:1.36', command: ['sh', '-c', 'echo ready > /work/state'], volumeMounts},
					{name: 'second', image: 'busybox:1.36', command: ['cat', '/work/state'], volumeMounts},
				],
				volumes: [{name: 'work', emptyDir: {}}],
			},
		},
	);
	lab.advance(8000);
	expect(await lab.logs('web', {container: 'second'})).toBe('ready\n');
});

test('a readiness gate keeps a Pod from being ready until somebody sets its condition', () => {
	const lab = createLab();
	lab.pod('web', {}, {spec: {readinessGates: [{conditionType: 'example.com/gate'}]}});
	lab.advance(3000);
	expect(lab.condition('web', 'ContainersReady')?.status).toBe('True');
	expect(lab.condition('web', 'Ready')).toMatchObject({
		status: 'False',
		reason: 'ReadinessGatesNotReady',
		message: 'corresponding condition of pod readiness gate "example.com/gate" does not exist.',
	});
	const pod = lab.get('web');
	const gate = {type: 'example.com/gate', status: 'True' as const};
	lab.registry.update(
		'pods',
		{...pod, status: {...pod.status, conditions: [...pod.status.conditions!, gate]}},
		{subresource: 'status'},
	);
	lab.advance(500);
	expect(lab.condition('web', 'Ready')?.status).toBe('True');
	expect(lab.condition('web', 'example.com/gate')?.status).toBe('True');
});

test('a Pod that runs to its end succeeds, keeps its address and is not restarted', () => {
	const lab = createLab();
	lab.pod('job', {image: 'busybox:1.36', command: ['true']}, {spec: {restartPolicy: 'Never'}});
	const {status} = lab.after(5000, 'job');
	expect(status.phase).toBe('Succeeded');
	expect(status.containerStatuses![0]!.state.terminated).toMatchObject({exitCode: 0, reason: 'Completed'});
	expect(status.podIP).toBeDefined();
	expect(lab.condition('job', 'Ready')).toMatchObject({status: 'False', reason: 'PodCompleted'});
	expect(lab.condition('job', 'Initialized')).toMatchObject({status: 'True', reason: 'PodCompleted'});
});

test('a Pod that fails without a restart is Failed', () => {
	const lab = createLab();
	lab.pod('job', {image: 'busybox:1.36', command: ['sh', '-c', 'exit 3']}, {spec: {restartPolicy: 'Never'}});
	const {status} = lab.after(5000, 'job');
	expect(status.phase).toBe('Failed');
	expect(status.containerStatuses![0]!.state.terminated).toMatchObject({exitCode: 3, reason: 'Error'});
	expect(lab.condition('job', 'Ready')).toMatchObject({status: 'False', reason: 'PodFailed'});
});

test('a missing ConfigMap keeps the Pod in ContainerCreating until it is there', () => {
	const lab = createLab();
	lab.pod(
		'web',
		{volumeMounts: [{name: 'page', mountPath: '/usr/share/nginx/html'}]},
		{
			spec: {volumes: [{name: 'page', configMap: {name: 'page'}}]},
		},
	);
	lab.advance(5000);
	expect(lab.status('web').state.waiting?.reason).toBe('ContainerCreating');
	expect(lab.events('web')).toContain(
		'FailedMount: MountVolume.SetUp failed for volume "page" : configmap "page" not found',
	);
	lab.create('configmaps', {metadata: {name: 'page'}, data: {'index.html': 'from a ConfigMap\n'}});
	expect(lab.after(10_000, 'web').status.phase).toBe('Running');
});

test('a variable from a ConfigMap that is not there is a CreateContainerConfigError', () => {
	const lab = createLab();
	lab.pod('web', {env: [{name: 'COLOR', valueFrom: {configMapKeyRef: {name: 'settings', key: 'color'}}}]});
	lab.advance(3000);
	expect(lab.status('web').state.waiting).toEqual({
		reason: 'CreateContainerConfigError',
		message: 'configmap "settings" not found',
	});
	lab.create('configmaps', {metadata: {name: 'settings'}, data: {color: 'blue'}});
	expect(lab.after(20_000, 'web').status.phase).toBe('Running');
});

test('a Pod whose container cannot be made has its address all the same', () => {
	for (let seed = 1; seed <= 5; seed++) {
		const lab = createLab({seed});
		lab.pod('web', {envFrom: [{configMapRef: {name: 'nope'}}]});
		lab.pod('never', {image: 'unknown:1', imagePullPolicy: 'Never'});
		lab.advance(4000);
		for (const name of ['web', 'never']) expect(lab.get(name).status.podIP).toMatch(/^10\.244\./);
		lab.stop();
	}
});

test('a variable or a file can say what the container asks for, and what its node can give', async () => {
	const lab = createLab();
	const from = (resource: string, divisor?: string) => ({
		resourceFieldRef: {containerName: 'main', resource, ...(divisor && {divisor})},
	});
	lab.pod(
		'web',
		{
			image: 'busybox',
			command: ['sleep', '1000'],
			resources: {requests: {cpu: '100m', memory: '64Mi'}, limits: {memory: '128Mi'}},
			env: [
				{name: 'MEMORY', valueFrom: from('limits.memory', '1Mi')},
				{name: 'BYTES', valueFrom: from('requests.memory')},
				{name: 'CORES', valueFrom: from('requests.cpu')},
				{name: 'MILLICORES', valueFrom: from('requests.cpu', '1m')},
				{name: 'NODE', valueFrom: {resourceFieldRef: {resource: 'limits.cpu'}}},
			],
			volumeMounts: [{name: 'info', mountPath: '/info'}],
		},
		{spec: {volumes: [{name: 'info', downwardAPI: {items: [{path: 'memory', ...from('limits.memory')}]}}]}},
	);
	lab.advance(4000);
	const {stdout} = await lab.exec('web', 'echo $MEMORY $BYTES $CORES $MILLICORES $NODE; cat /info/memory');
	expect(stdout).toBe('128 67108864 1 100 11\n134217728');
	const [, , , , node] = lab.get('web').spec.containers[0]!.env!;
	expect(node!.valueFrom).toEqual({resourceFieldRef: {resource: 'limits.cpu', divisor: '0'}});
});
