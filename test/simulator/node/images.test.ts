import {expect, test} from 'vitest';
import {createLab} from './lab.ts';

test('an image that nobody has: ErrImagePull at first, ImagePullBackOff from the second look on', () => {
	const lab = createLab();
	const seen = lab.watch('web', () => {
		lab.pod('web', {image: 'nginx:1.161'});
		lab.advance(40_000);
	});
	const reasons = seen.map(({pod}) => pod.status.containerStatuses?.[0]?.state.waiting?.reason).filter(Boolean);
	expect(reasons.filter((reason, i) => reason !== reasons[i - 1]).slice(0, 3)).toEqual([
		'ContainerCreating',
		'ErrImagePull',
		'ImagePullBackOff',
	]);
	expect(lab.get('web').status.phase).toBe('Pending');
	expect(lab.get('web').status.podIP).toBeDefined();
	const why =
		'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": ' +
		'failed to resolve image: docker.io/library/nginx:1.161: not found';
	expect(lab.events('web')).toEqual(
		expect.arrayContaining([
			'Pulling: Pulling image "nginx:1.161"',
			`Failed: Failed to pull image "nginx:1.161": ${why}`,
			'Failed: Error: ErrImagePull',
			'BackOff: Back-off pulling image "nginx:1.161"',
			'Failed: Error: ImagePullBackOff',
		]),
	);
});

test('the wait between two pulls doubles', () => {
	const lab = createLab();
	const seen = lab.watch('web', () => {
		lab.pod('web', {image: 'nginx:1.161'});
		lab.advance(300_000);
	});
	const reasonOf = (i: number) => seen[i]?.pod.status.containerStatuses?.[0]?.state.waiting?.reason;
	const failures = seen.filter((_, i) => reasonOf(i) === 'ErrImagePull' && reasonOf(i - 1) !== 'ErrImagePull');
	const gaps = failures.slice(1).map(({at}, i) => (at - failures[i]!.at) / 1000);
	expect(gaps.length).toBeGreaterThanOrEqual(4);
	expect(gaps[0]).toBeGreaterThan(10);
	expect(gaps[0]).toBeLessThan(28);
	expect(gaps[3]).toBeGreaterThan(80);
});

test('an image outside the embedded cluster says which images there are', () => {
	const lab = createLab();
	lab.pod('db', {image: 'redis'});
	lab.advance(5000);
	expect(lab.status('db').state.waiting?.message).toMatch(
		/pull access denied.*the embedded cluster has no registry; it runs nginx, busybox/,
	);
});

test('a mended image lets the Pod run', () => {
	const lab = createLab();
	lab.pod('web', {image: 'nginx:1.161'});
	const pod = lab.after(5000, 'web');
	lab.registry.update('pods', {
		...pod,
		spec: {...pod.spec, containers: [{...pod.spec.containers[0]!, image: 'nginx:1.16.1'}]},
	});
	lab.advance(30_000);
	expect(lab.get('web').status.phase).toBe('Running');
	expect(lab.status('web').restartCount).toBe(0);
});

test('latest is pulled each time, and the pull shows', () => {
	const lab = createLab();
	lab.pod('web', {image: 'nginx'});
	lab.advance(5000);
	expect(lab.events('web').join('\n')).toMatch(
		/Pulling: Pulling image "nginx"\nPulled: Successfully pulled image "nginx" in (\S+) \(\1 including waiting\)\. Image size: \d+ bytes\./,
	);
	expect(lab.status('web').image).toBe('docker.io/library/nginx:latest');
});

test('an image that may never be pulled and is not there is ErrImageNeverPull', () => {
	const lab = createLab();
	lab.pod('db', {image: 'redis:7', imagePullPolicy: 'Never'});
	lab.advance(3000);
	expect(lab.status('db').state.waiting).toEqual({
		reason: 'ErrImageNeverPull',
		message: 'Container image "redis:7" is not present with pull policy of Never',
	});
});

test('a name that is no reference is InvalidImageName', () => {
	const lab = createLab();
	lab.pod('web', {image: 'Nginx:1.14.2'});
	lab.advance(3000);
	expect(lab.status('web').state.waiting).toEqual({
		reason: 'InvalidImageName',
		message:
			'Failed to apply default image tag "Nginx:1.14.2": couldn\'t parse image name "Nginx:1.14.2": invalid reference format',
	});
});
