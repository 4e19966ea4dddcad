import {expect, test} from 'vitest';
import {rightName} from '../../src/clusters/context/rights.ts';
import {lessonRights} from '../../src/lesson/lesson-rights.ts';
import {findLesson, loadLessons} from '../../src/lesson/load-lessons.ts';

const rightsFor = (id: string) => lessonRights(findLesson(id)!).map(rightName);

test('what a lesson watches, its manifests hold and its commands do, is what its user needs', () => {
	const service = rightsFor('service');
	expect(service).toEqual(
		expect.arrayContaining([
			'watch endpointslices.discovery.k8s.io',
			'create services',
			'patch deployments.apps',
			'delete services',
			'patch pods',
			'create pods/portforward',
		]),
	);
	expect(service.some(right => /^(create|patch|delete) endpoint/.test(right))).toBe(false);
});

test('only lessons that write endpoints ask for the right that edit and admin lack', () => {
	const writing = loadLessons()
		.filter(lesson =>
			lessonRights(lesson).some(right => /^endpoint/.test(right.resource) && /create|patch/.test(right.verb)),
		)
		.map(({id}) => id);
	expect(writing).toContain('custom-endpoints');
	for (const id of ['pod-addresses', 'service', 'endpoints', 'readiness', 'rolling-update'])
		expect(writing).not.toContain(id);
});

test('exec, scale, rollouts and logs are read from the commands', () => {
	expect(rightsFor('pod-addresses')).toContain('create pods/exec');
	expect(rightsFor('endpoints')).toContain('patch deployments.apps/scale');
	expect(rightsFor('load-sharing')).toContain('get pods/log');
	expect(rightsFor('rolling-update')).toContain('watch deployments.apps');
});

test('a right about the whole cluster is told from one in the namespace', () => {
	const nodes = lessonRights(findLesson('endpointslices')!).filter(({resource}) => resource === 'nodes');
	expect(nodes.length).toBeGreaterThan(0);
	for (const {clusterWide} of nodes) expect(clusterWide).toBe(true);
});
