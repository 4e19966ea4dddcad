// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the places of lessons, not of JavaScript.
import {describe, expect, test} from 'vitest';
import {createExpressions, type Moments} from '../../src/lesson/expressions.ts';
import {compileTemplate} from '../../src/lesson/template.ts';
import type {PodView, Snapshot} from '../../src/observe/snapshot.ts';

function pod(name: string, part: Partial<PodView> = {}): PodView {
	return {
		name,
		namespace: 'default',
		uid: `uid-${name}`,
		ip: `10.0.0.${name.length}`,
		node: 'node-1',
		phase: 'Running',
		status: 'Running',
		ready: true,
		terminating: false,
		restarts: 0,
		labels: {app: 'web'},
		ports: [],
		createdAt: 0,
		image: 'nginx',
		...part,
	};
}

function snapshot(part: Partial<Snapshot> = {}): Snapshot {
	return {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: [], ...part};
}

const now = snapshot({
	pods: [
		pod('a', {restarts: 2}),
		pod('bb', {
			ports: [
				{name: 'http', port: 80, protocol: 'TCP'},
				{name: '', port: 81, protocol: 'TCP'},
			],
		}),
		pod('other', {labels: {app: 'db', tier: 'back'}}),
	],
	services: [
		{
			name: 'web',
			namespace: 'default',
			type: 'ClusterIP',
			clusterIP: '10.96.0.9',
			selector: {app: 'web'},
			ports: [{name: 'http', port: 80, targetPort: 'web', protocol: 'TCP'}],
			sessionAffinity: 'None',
			publishNotReadyAddresses: false,
		},
	],
	endpoints: [
		{
			name: 'web',
			namespace: 'default',
			managedBy: 'endpoint-controller',
			addresses: [
				{ip: '10.0.0.1', port: 80, portName: 'http', ready: true},
				{ip: '10.0.0.1', port: 443, portName: 'https', ready: true},
				{ip: '10.0.0.2', port: 80, portName: 'http', ready: false},
			],
		},
	],
	slices: [
		{
			name: 'web-x',
			namespace: 'default',
			service: 'web',
			managedBy: 'endpointslice-controller.k8s.io',
			addresses: [{ip: '10.0.0.1', port: 80, portName: '', ready: false, serving: true, terminating: true}],
		},
	],
	deployments: [
		{
			name: 'web',
			namespace: 'default',
			labels: {},
			desired: 3,
			ready: 2,
			updated: 3,
			available: 2,
			image: 'nginx',
			podLabels: {app: 'web'},
		},
	],
});
const before = snapshot({pods: [pod('old')]});
const moments: Moments = {now, remembered: {before}};
const expressions = createExpressions('app=web', ['before']);

describe('an expression sees', () => {
	test.each([
		'pods("app=web").size() == 2',
		'pods("app in (web, db), tier").map(p, p.name) == ["other"]',
		'sum(pods("app").map(p, p.restarts)) == 2 && sum(pods("app=nobody").map(p, p.restarts)) == 0',
		'pods("app!=web").size() == 1 && pods("!tier").size() == 2',
		'pods("").size() == 3',
		'now.pods.size() == 2',
		'pods("app=web")[0].restarts == 2',
		'pods("app=db")[0].labels["tier"] == "back"',
		'pods("app=web")[1].ports == [80, 81] && pods("app=web")[1].portNames == ["http"]',
		'endpoints("web").exists && endpoints("web").ips == ["10.0.0.1", "10.0.0.2"]',
		'endpoints("web").ready == ["10.0.0.1"] && endpoints("web").notReady == ["10.0.0.2"]',
		'endpoints("web").ports == [80, 443] && endpoints("web").portNames == ["http", "https"]',
		'!endpoints("nothing").exists && endpoints("nothing").ips.size() == 0',
		'service("web").selector == {"app": "web"} && service("web").ports[0].targetPort == "web"',
		'!service("nothing").exists && service("nothing").clusterIP == ""',
		'deployment("web").desired == 3 && deployment("web").ready == 2 && !deployment("nothing").exists',
		'service("web").selector.all(key, deployment("web").podLabels[key] == service("web").selector[key])',
		'deployment("nothing").podLabels == {}',
		'slices("web").exists(s, s.addresses.exists(a, a.serving && a.terminating && !a.ready))',
		'before.pods[0].name == "old" && before.pods("app=db").size() == 0',
		'before.endpoints("web").ips.size() == 0 && !before.service("web").exists',
		'!(before.pods[0].ip in endpoints("web").ips)',
	])('%s', source => {
		expect(expressions.condition(source)(moments)).toBe(true);
	});
});

describe('an expression that cannot be answered yet', () => {
	test('is not true, and neither is its opposite', () => {
		const empty = {now: snapshot(), remembered: {}};
		expect(expressions.condition('before.pods[0].name == "old"')(empty)).toBe(false);
		expect(expressions.condition('!(before.pods[0].ip in endpoints("web").ips)')(empty)).toBe(false);
		expect(expressions.condition('pods("app=web")[0].ready')(empty)).toBe(false);
		expect(expressions.condition('!pods("app=web")[0].ready')(empty)).toBe(false);
	});
});

describe('a template', () => {
	const fill = (source: string, at = moments) => compileTemplate(source, expressions).fill(at);

	test('is filled in with texts, numbers and lists', () => {
		expect(fill('delete ${before.pods[0].name}!')).toBe('delete old!');
		expect(fill('${endpoints("web").ready.size()} of ${deployment("web").desired}')).toBe('1 of 3');
		expect(fill('${endpoints("web").ips}')).toBe('10.0.0.1, 10.0.0.2');
		expect(fill('${service("web").selector}')).toBe('app=web');
		expect(fill('${service("nothing").selector}')).toBe('–');
	});

	test('takes braces and quotes in expressions, and leaves a shell’s variables alone', () => {
		expect(fill('${service("web").selector == {"app": "web"} ? "}" : "{"}')).toBe('}');
		expect(fill('echo $HOME $${HOME} {a,b}')).toBe('echo $HOME ${HOME} {a,b}');
	});

	test('shows … for what is not known, and then is no complete command', () => {
		const template = compileTemplate('kubectl delete pod ${before.pods[0].name}', expressions);
		const unknown = {now, remembered: {}};
		expect(template.fill(unknown)).toBe('kubectl delete pod …');
		expect(template.complete(unknown)).toBeUndefined();
		expect(template.complete(moments)).toBe('kubectl delete pod old');
	});
});
