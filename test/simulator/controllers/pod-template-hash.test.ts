import {describe, expect, it} from 'vitest';
import {podTemplateHash} from '../../../src/simulator/controllers/pod-template-hash.ts';
import type {PodTemplate} from '../../../src/simulator/types.ts';

/** A template as the API server stores it, with its defaults. */
const template = (
	labels: Record<string, string>,
	container: Record<string, unknown>,
	annotations?: Record<string, string>,
) =>
	({
		metadata: {labels, ...(annotations && {annotations})},
		spec: {
			containers: [
				{
					resources: {},
					terminationMessagePath: '/dev/termination-log',
					terminationMessagePolicy: 'File',
					...container,
				},
			],
			dnsPolicy: 'ClusterFirst',
			restartPolicy: 'Always',
			schedulerName: 'default-scheduler',
			securityContext: {},
			terminationGracePeriodSeconds: 30,
		},
	}) as unknown as PodTemplate;

const full = template(
	{app: 'full', tier: 'x'},
	{
		command: ['sh', '-c', 'sleep 1'],
		env: [{name: 'A', value: '1'}],
		image: 'img:1',
		imagePullPolicy: 'IfNotPresent',
		name: 'c',
		ports: [{containerPort: 8080, name: 'http', protocol: 'TCP'}],
		readinessProbe: {
			failureThreshold: 3,
			httpGet: {path: '/', port: 'http', scheme: 'HTTP'},
			periodSeconds: 2,
			successThreshold: 1,
			timeoutSeconds: 1,
		},
		resources: {requests: {cpu: '100m', memory: '64Mi'}},
	},
	{a: 'b'},
);
const nginx = (image: string) =>
	template(
		{app: 'nginx'},
		{image, imagePullPolicy: 'IfNotPresent', name: 'nginx', ports: [{containerPort: 80, protocol: 'TCP'}]},
	);

describe('pod-template-hash', () => {
	it('is that of a real v1.36.2', () => {
		expect(podTemplateHash(full)).toBe('54ff8445c6');
		const created = template({app: 'nginx'}, {image: 'nginx', imagePullPolicy: 'Always', name: 'nginx'});
		expect(podTemplateHash(created)).toBe('7f8fbb96d');
		expect(podTemplateHash(nginx('nginx:1.14.2'))).toBe('6c5f67b5f7');
		expect(podTemplateHash(nginx('nginx:1.16.1'))).toBe('66b9cb6d4d');
	});

	it('differs after a collision', () => {
		expect(podTemplateHash(full, 0)).not.toBe(podTemplateHash(full));
		expect(podTemplateHash(full, 1)).not.toBe(podTemplateHash(full, 0));
	});

	it('is stable for fields outside the common ones, whatever their order', () => {
		const rare = structuredClone(full);
		rare.spec.affinity = {podAntiAffinity: {x: 1, y: 2}};
		const turned = structuredClone(full);
		turned.spec.affinity = {podAntiAffinity: {y: 2, x: 1}};
		expect(podTemplateHash(rare)).toBe(podTemplateHash(turned));
		expect(podTemplateHash(rare)).not.toBe(podTemplateHash(full));
	});
});
