import {beforeEach, describe, expect, it} from 'vitest';
import {createRecorder, createSeriesRecorder} from '../../../src/simulator/controllers/events.ts';
import type {Pod} from '../../../src/simulator/types.ts';
import {createLab, type Lab, pod} from './lab.ts';

let lab: Lab;
let object: Pod;
beforeEach(() => {
	lab = createLab();
	object = lab.create<Pod>('pods', pod('p', {}));
});

const recorder = (host?: string) => createRecorder(lab, {component: 'kubelet', ...(host && {host})});
const seen = () => lab.events('p').map(({count, message}) => `${count} ${message}`);

describe('an Event', () => {
	it('names its object, its source and its time', () => {
		recorder('lab-worker').event(object, 'Normal', 'Started', 'Container started', 'spec.containers{c}');
		const [event] = lab.events('p');
		expect(event).toMatchObject({
			apiVersion: 'v1',
			kind: 'Event',
			metadata: {name: expect.stringMatching(/^p\.[0-9a-f]{16}$/), namespace: 'default'},
			involvedObject: {
				kind: 'Pod',
				namespace: 'default',
				name: 'p',
				uid: object.metadata.uid,
				apiVersion: 'v1',
				resourceVersion: object.metadata.resourceVersion,
				fieldPath: 'spec.containers{c}',
			},
			type: 'Normal',
			reason: 'Started',
			message: 'Container started',
			source: {component: 'kubelet', host: 'lab-worker'},
			firstTimestamp: '2026-11-21T22:00:01Z',
			lastTimestamp: '2026-11-21T22:00:01Z',
			count: 1,
			eventTime: null,
			reportingComponent: 'kubelet',
			reportingInstance: 'lab-worker',
		});
	});

	it('is counted when it comes again, and its last time moves', () => {
		const events = recorder();
		events.event(object, 'Warning', 'BackOff', 'again');
		lab.settle(60_000);
		events.event(object, 'Warning', 'BackOff', 'again');
		expect(lab.events('p')).toMatchObject([
			{count: 2, firstTimestamp: '2026-11-21T22:00:01Z', lastTimestamp: '2026-11-21T22:01:01Z'},
		]);
	});

	it('is made anew when the old one is gone', () => {
		const events = recorder();
		events.event(object, 'Warning', 'BackOff', 'again');
		lab.remove('events', lab.events('p')[0]!.metadata.name);
		events.event(object, 'Warning', 'BackOff', 'again');
		expect(seen()).toEqual(['2 again']);
	});

	it('about an object outside namespaces is in default', () => {
		recorder().event(lab.registry.get('nodes', undefined, 'lab-worker'), 'Normal', 'X', 'x');
		expect(lab.events('lab-worker')[0]!.metadata.namespace).toBe('default');
	});
});

describe('many similar Events', () => {
	it('are combined from the tenth on', () => {
		const events = recorder();
		for (let i = 1; i <= 15; i++) events.event(object, 'Normal', 'Scaled', `step ${i}`);
		expect(seen()).toEqual([
			...Array.from({length: 9}, (_, i) => `1 step ${i + 1}`),
			'6 (combined from similar events): step 15',
		]);
		expect(lab.events('p').at(-1)).toMatchObject({reportingComponent: '', source: {component: 'kubelet'}});
	});

	it('are told apart again after ten quiet minutes', () => {
		const events = recorder();
		for (let i = 1; i <= 12; i++) events.event(object, 'Normal', 'Scaled', `step ${i}`);
		lab.settle(601_000);
		events.event(object, 'Normal', 'Scaled', 'step 13');
		expect(seen().at(-1)).toBe('1 step 13');
	});

	it('are dropped after 25, then one in five minutes passes', () => {
		const events = recorder();
		for (let i = 0; i < 60; i++) events.event(object, 'Normal', `Reason${i}`, 'x');
		expect(seen()).toHaveLength(25);
		lab.settle(300_000);
		events.event(object, 'Normal', 'Late', 'x');
		events.event(object, 'Normal', 'Later', 'x');
		expect(
			lab
				.events('p')
				.map(({reason}) => reason)
				.slice(25),
		).toEqual(['Late']);
	});
});

describe('an Event of the scheduler', () => {
	it('has a time of its own and becomes a series', () => {
		const events = createSeriesRecorder(lab, {component: 'default-scheduler', instance: 'default-scheduler-lab'});
		const say = () => events.event(object, 'Warning', 'FailedScheduling', 'Scheduling', '0/3 nodes are available');
		say();
		const [first] = lab.events('p');
		expect(first).toMatchObject({
			source: {},
			firstTimestamp: null,
			lastTimestamp: null,
			eventTime: expect.stringMatching(/^2026-11-21T22:00:01\.\d{6}Z$/),
			action: 'Scheduling',
			reportingComponent: 'default-scheduler',
			reportingInstance: 'default-scheduler-lab',
		});
		expect(first).not.toHaveProperty('series');
		lab.settle(60_000);
		say();
		expect(lab.events('p')).toMatchObject([
			{series: {count: 2, lastObservedTime: expect.stringMatching(/^2026-11-21T22:01:01\./)}},
		]);
	});
});

it('is lost when its namespace is going away', () => {
	lab.create('namespaces', {metadata: {name: 'team'}});
	lab.settle();
	lab.registry.modify('namespaces', undefined, 'team', namespace => ({
		...namespace,
		metadata: {...namespace.metadata, finalizers: ['example.com/hold']},
	}));
	lab.registry.delete('namespaces', undefined, 'team');
	const inTeam = {...object, metadata: {...object.metadata, namespace: 'team'}};
	expect(() => recorder().event(inTeam, 'Normal', 'X', 'x')).not.toThrow();
});
