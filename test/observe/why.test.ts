import {describe, expect, test} from 'vitest';
import type {EndpointsView, PodView, ServiceView} from '../../src/observe/snapshot.ts';
import {whyPod, whySentence} from '../../src/observe/why.ts';
import {languages, textIn} from '../../src/text/text.ts';
import {webPod} from '../engine/hand-driven.ts';

const service: ServiceView = {
	name: 'web',
	namespace: 'default',
	type: 'ClusterIP',
	clusterIP: '10.96.0.9',
	selector: {app: 'web'},
	ports: [{name: '', port: 80, targetPort: '80', protocol: 'TCP'}],
	sessionAffinity: 'None',
	publishNotReadyAddresses: false,
};
const listed: EndpointsView = {
	name: 'web',
	namespace: 'default',
	managedBy: '',
	addresses: [{ip: '10.0.0.1', port: 80, portName: '', ready: true}],
};
const full: EndpointsView = {
	...listed,
	addresses: Array.from({length: 1000}, (_, i) => ({
		ip: `10.1.${i >> 8}.${i & 255}`,
		port: 80,
		portName: '',
		ready: true,
	})),
};
const port = (targetPort: string) => ({ports: [{name: '', port: 80, targetPort, protocol: 'TCP'}]});

describe('why a Pod is, or is not, an endpoint', () => {
	test.each<[string, Partial<PodView>, Partial<ServiceView> | undefined, EndpointsView | undefined]>([
		['ready', {}, {}, listed],
		['published', {ready: false}, {publishNotReadyAddresses: true}, listed],
		['published', {terminating: true}, {publishNotReadyAddresses: true}, listed],
		['no-service', {}, undefined, undefined],
		['external-name', {}, {type: 'ExternalName'}, undefined],
		['no-selector', {}, {selector: undefined}, listed],
		['label-missing', {labels: {}}, {}, listed],
		['label-differs', {labels: {app: 'wep'}}, {}, listed],
		['completed', {phase: 'Succeeded'}, {}, undefined],
		['no-address', {ip: '', status: 'ContainerCreating'}, {}, undefined],
		['terminating', {terminating: true}, {}, listed],
		['no-such-port', {ports: [{name: 'www', port: 80, protocol: 'TCP'}]}, port('http'), undefined],
		['no-such-port', {ports: [{name: 'http', port: 80, protocol: 'UDP'}]}, port('http'), undefined],
		['ready', {ports: [{name: 'http', port: 8080, protocol: 'TCP'}]}, port('http'), listed],
		['not-ready', {ready: false}, {}, undefined],
		['not-written-yet', {}, {}, undefined],
		['list-full', {}, {}, full],
	])('%s', (because, pod, change, endpoints) => {
		const view = webPod('a', pod);
		const why = whyPod(view, change && {...service, ...change}, endpoints);
		expect(why.because).toBe(because);
		expect(why.endpoint).toBe(because === 'ready' || because === 'published');
		const sentences = languages.map(language => whySentence(view, why, textIn(language)));
		for (const sentence of sentences) {
			expect(sentence).toMatch(/^a /);
			expect(sentence).not.toContain('undefined');
		}
		expect(sentences[0]).not.toBe(sentences[1]);
	});

	test('names the label that is missing and the one that is there instead', () => {
		const pod = webPod('a', {labels: {app: 'wep'}});
		expect(whySentence(pod, whyPod(pod, service, listed), textIn('en'))).toBe(
			'a is no endpoint: the Service selects app=web, and the Pod has app=wep.',
		);
	});

	test('tells since when it has been ready', () => {
		const pod = webPod('a', {readyChangedAt: new Date(2026, 10, 22, 21, 4, 7).getTime()});
		expect(whySentence(pod, whyPod(pod, service, listed), textIn('en'))).toBe(
			'a is an endpoint: its labels match app=web, and it has been ready since 21:04:07.',
		);
	});
});
