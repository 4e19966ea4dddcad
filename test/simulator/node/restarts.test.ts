import {expect, test} from 'vitest';
import {createLab} from './lab.ts';

const crashing = {image: 'busybox:1.36', command: ['sh', '-c', 'echo started; sleep 1; exit 3']};

test('the first restart is at once, the next wait 10, 20, 40 seconds and so on', () => {
	const lab = createLab();
	const starts: number[] = [];
	const seen = lab.watch('crash', () => {
		lab.pod('crash', crashing);
		lab.advance(400_000);
	});
	let last = '';
	for (const {pod, at} of seen) {
		const startedAt = pod.status.containerStatuses?.[0]?.state.running?.startedAt ?? '';
		if (startedAt && startedAt !== last) starts.push(at);
		last = startedAt || last;
	}
	const gaps = starts.slice(1).map((at, i) => Math.round((at - starts[i]!) / 1000));
	expect(gaps[0]).toBeLessThan(4);
	expect(gaps.slice(1, 5).map(gap => Math.round(gap / 10) * 10)).toEqual([10, 20, 40, 80]);
});

test('while it waits the container says CrashLoopBackOff, and how the last run ended', () => {
	const lab = createLab();
	lab.pod('crash', crashing);
	lab.advance(12_000);
	const {uid} = lab.get('crash').metadata;
	expect(lab.status('crash')).toMatchObject({
		restartCount: 1,
		ready: false,
		state: {
			waiting: {
				reason: 'CrashLoopBackOff',
				message: `back-off 10s restarting failed container=main pod=crash_default(${uid})`,
			},
		},
		lastState: {terminated: {exitCode: 3, reason: 'Error'}},
	});
	expect(lab.get('crash').status.phase).toBe('Running');
	expect(lab.events('crash')).toContain(
		`BackOff: Back-off restarting failed container main in pod crash_default(${uid})`,
	);
});

test('before that the status shows the error itself', () => {
	const lab = createLab();
	const seen = lab.watch('crash', () => {
		lab.pod('crash', crashing);
		lab.advance(8000);
	});
	const states = seen.map(({pod}) => pod.status.containerStatuses?.[0]?.state).filter(Boolean);
	const reasons = states.map(state => state!.terminated?.reason ?? state!.waiting?.reason ?? 'running');
	expect(reasons.filter((reason, i) => reason !== reasons[i - 1])).toEqual([
		'ContainerCreating',
		'running',
		'Error',
		'running',
		'Error',
		'CrashLoopBackOff',
	]);
});

test('the back-off never grows beyond five minutes', () => {
	const lab = createLab();
	lab.pod('crash', crashing);
	lab.advance(3_600_000);
	expect(lab.status('crash').state.waiting?.message ?? lab.events('crash').join()).toContain('5m0s');
	expect(lab.status('crash').restartCount).toBeGreaterThan(14);
});

test('a restarted container has lost its files, and its old log is the previous one', async () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(3000);
	await lab.exec('web', 'echo mine > /usr/share/nginx/html/index.html; echo noted > /proc/1/fd/1');
	await lab.exec('web', 'kill 1');
	lab.advance(3000);
	expect(lab.status('web')).toMatchObject({restartCount: 1, ready: true, lastState: {terminated: {exitCode: 0}}});
	expect((await lab.exec('web', 'cat /usr/share/nginx/html/index.html')).stdout).toContain('Welcome to nginx!');
	expect(await lab.logs('web', {previous: true})).toBe('noted\n');
	expect(await lab.logs('web')).toBe('');
});

test('a restart keeps the Pod and its address', async () => {
	const lab = createLab();
	lab.pod('web', {});
	const before = lab.after(3000, 'web');
	await lab.exec('web', 'kill 1');
	const after = lab.after(3000, 'web');
	expect(after.metadata.uid).toBe(before.metadata.uid);
	expect(after.status.podIP).toBe(before.status.podIP);
	expect(await lab.request(`http://${after.status.podIP}/`)).toMatchObject({status: 200});
});

test('OnFailure restarts only what failed', () => {
	const lab = createLab();
	lab.pod('good', {image: 'busybox:1.36', command: ['true']}, {spec: {restartPolicy: 'OnFailure'}});
	lab.pod('bad', {image: 'busybox:1.36', command: ['false']}, {spec: {restartPolicy: 'OnFailure'}});
	lab.advance(6000);
	expect(lab.get('good').status.phase).toBe('Succeeded');
	expect(lab.status('good').restartCount).toBe(0);
	expect(lab.get('bad').status.phase).toBe('Running');
	expect(lab.status('bad').restartCount).toBeGreaterThan(0);
});

test('a program that is not in the image is a StartError that says what was not found', () => {
	const lab = createLab();
	lab.pod('typo', {image: 'busybox:1.36', command: ['slep', '60']});
	lab.advance(8000);
	const status = lab.status('typo');
	expect(status.state.waiting?.reason).toMatch(/^(RunContainerError|CrashLoopBackOff)$/);
	expect(status.lastState.terminated).toMatchObject({
		exitCode: 128,
		reason: 'StartError',
		message: expect.stringContaining('exec: "slep": executable file not found in $PATH'),
	});
	expect(lab.events('typo').join('\n')).toContain('Failed: Error: failed to create containerd task');
});

test('what a container leaves in its termination log is its message', () => {
	const lab = createLab();
	lab.pod(
		'job',
		{image: 'busybox:1.36', command: ['sh', '-c', 'echo -n disk full > /dev/termination-log; exit 1']},
		{spec: {restartPolicy: 'Never'}},
	);
	lab.advance(4000);
	expect(lab.status('job').state.terminated).toMatchObject({exitCode: 1, message: 'disk full'});
});

test('two containers of a Pod cannot both open port 80', async () => {
	const lab = createLab();
	lab.create('pods', {
		metadata: {name: 'two', namespace: 'default'},
		spec: {containers: ['a', 'b'].map(name => ({name, image: 'nginx:1.14.2'}))},
	});
	lab.advance(12_000);
	const failing = lab.get('two').status.containerStatuses!.filter(({ready}) => !ready);
	expect(failing).toHaveLength(1);
	expect(await lab.logs('two', {container: failing[0]!.name})).toContain(
		'bind() to 0.0.0.0:80 failed (98: Address already in use)',
	);
});

test('setting another image restarts the container with it', async () => {
	const lab = createLab();
	lab.pod('web', {});
	const pod = lab.after(3000, 'web');
	const [main] = pod.spec.containers;
	lab.registry.update('pods', {...pod, spec: {...pod.spec, containers: [{...main!, image: 'nginx:1.16.1'}]}});
	lab.advance(4000);
	expect(lab.status('web')).toMatchObject({restartCount: 1, image: 'docker.io/library/nginx:1.16.1'});
	expect(await lab.request(`http://${lab.get('web').status.podIP}/`)).toMatchObject({
		headers: {server: 'nginx/1.16.1'},
	});
	expect(lab.events('web')).toContain('Killing: Container main definition changed, will be restarted');
});
