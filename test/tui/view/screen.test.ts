import {describe, expect, it} from 'vitest';
import type {RunSummary} from '../../../src/engine/summary.ts';
import type {RunView} from '../../../src/engine/view.ts';
import type {AddressView, SliceView, TimelineEntry} from '../../../src/observe/snapshot.ts';
import {type Language, textIn} from '../../../src/text/text.ts';
import {edited, emptyEditor} from '../../../src/tui/editor.ts';
import {historyOf} from '../../../src/tui/history.ts';
import type {LabState} from '../../../src/tui/lab-state.ts';
import {emptyOutput, withCommand, withText} from '../../../src/tui/output.ts';
import {type Tone, themeOf} from '../../../src/tui/theme.ts';
import {lineWidth, paint, textOf} from '../../../src/tui/view/line.ts';
import {nothingRecent, recentAfter} from '../../../src/tui/view/recent.ts';
import {drawScreen} from '../../../src/tui/view/screen.ts';
import {anAddress, aPod, aSnapshot, aStep, aView, start, threeAddresses, threePods} from '../fake-run.ts';

const fresh = aPod('76kdl', '10.244.1.8', {createdAt: start + 5});
const before = aSnapshot(threePods, threeAddresses);
const afterwards = aSnapshot(
	[{...threePods[0]!, terminating: true, status: 'Terminating'}, ...threePods.slice(1), fresh],
	[...threeAddresses.slice(1), anAddress('10.244.1.8', {pod: fresh.name})],
	start + 400,
);
const question = {
	question: 'Which addresses will remain?',
	open: true,
	choices: [
		{id: 'a', text: 'The list shrinks for good'},
		{id: 'b', text: 'A new address appears'},
	],
};

const someRequests: RunView['requests'] = {
	service: 'my-service',
	perSecond: 10,
	total: 43,
	failed: 1,
	clients: ['a', 'b'],
	answers: threeAddresses.map(({ip}, index) => ({address: `${ip}:80`, counts: [7 + index, 6]})),
	failures: [{failure: 'refused', detail: 'nobody listens', count: 1}],
	recent: Array(43).fill({address: '10.244.1.2:80', client: 'a'}),
};

const twoSlices: SliceView[] = [
	{
		name: 'my-service-8xk2p',
		namespace: 'default',
		service: 'my-service',
		managedBy: 'endpointslice-controller.k8s.io',
		addresses: [
			{...threeAddresses[0]!, ready: false, serving: true, terminating: true},
			{...threeAddresses[1]!, serving: true, terminating: false},
			{...threeAddresses[1]!, port: 443, serving: true, terminating: false},
			anAddress('10.244.1.8', {pod: fresh.name, serving: true, terminating: false}),
		],
	},
	{
		name: 'my-service-own',
		namespace: 'default',
		service: 'my-service',
		managedBy: '',
		addresses: [anAddress('10.0.0.250', {serving: true, terminating: false})],
	},
	{name: 'other-zzzzz', namespace: 'default', service: 'other', managedBy: '', addresses: []},
];

function aState(part: Partial<LabState> = {}, view: Partial<RunView> = {}): LabState {
	return {
		view: aView(view),
		recent: nothingRecent,
		output: emptyOutput,
		editor: emptyEditor,
		history: historyOf([]),
		focus: 'prompt',
		shown: 'story',
		form: 'joined',
		filter: '',
		story: 0,
		outputBack: 0,
		outputRows: 0,
		queue: [],
		ran: new Set(),
		folder: '',
		suggestion: '',
		leaving: false,
		...part,
	};
}

function drawn(
	state: LabState,
	columns = 120,
	rows = 40,
	{language = 'en' as Language, environment = {LANG: 'C.UTF-8'} as Record<string, string>, now = start + 700} = {},
) {
	const frame = drawScreen(state, {
		columns,
		rows,
		now,
		text: textIn(language),
		theme: themeOf(environment, 'linux'),
		why: subject =>
			typeof subject === 'string'
				? `${subject} was written by hand.`
				: `${subject.name} is an endpoint: its labels match.`,
	});
	return {...frame, text: frame.lines.map(textOf).join('\n')};
}

/** A run in which one prediction came out wrong, and the lab helped. */
const summary: RunSummary = {
	lesson: {id: 'endpoints', title: 'Endpoints follow Pods'},
	finished: true,
	spent: 60_000,
	solved: 2,
	steps: [
		{
			id: 'delete-one',
			title: 'Delete one Pod',
			solved: true,
			spent: 1,
			hints: 2,
			prediction: {
				question: 'Which?',
				chosen: 'It shrinks',
				answer: 'A new one comes',
				right: false,
				why: 'The **ReplicaSet** counts.',
			},
		},
		{id: 'scale', title: 'Scale', solved: true, helped: 'skipped', spent: 1, hints: 0},
	],
	predictions: {right: 1, wrong: 1, unanswered: 0},
};

const controlled = {owner: 'uid-of-the-replica-set', deployment: 'nginx-deployment'};

/** One Pod deleted and replaced. */
const story: TimelineEntry[] = [
	{at: start, what: 'command', name: 'kubectl delete pod x'},
	{at: start + 20, what: 'pod-terminating', name: threePods[0]!.name, detail: '10.244.1.2', ...controlled},
	{at: start + 30, what: 'endpoint-out', name: 'my-service', detail: '10.244.1.2:80', pod: threePods[0]!.name},
	{at: start + 40, what: 'pod-created', name: fresh.name, ...controlled},
	{at: start + 400, what: 'pod-ready', name: fresh.name, detail: '10.244.1.8', ...controlled},
	{at: start + 410, what: 'endpoint-in', name: 'my-service', detail: '10.244.1.8:80', pod: fresh.name},
];
const lookingBack = aState(
	{
		shown: 'timeline',
		focus: 'timeline',
		past: {
			entry: story[2]!,
			view: aView({now: aSnapshot(threePods, threeAddresses.slice(1), start + 30), timeline: story}),
			recent: recentAfter(nothingRecent, before, aSnapshot(threePods, threeAddresses.slice(1), start + 30)),
		},
	},
	{now: afterwards, timeline: story},
);

const output = withText(withCommand(emptyOutput, 'kubectl get pods'), 'NAME READY\n名称 1/1\n'.repeat(30));
const states: [string, LabState][] = [
	['the beginning', aState({}, {now: aSnapshot([], undefined)})],
	['a prediction', aState({}, {step: aStep({prediction: question})})],
	['a change', aState({recent: recentAfter(nothingRecent, before, afterwards)}, {before, now: afterwards})],
	['output', aState({output, shown: 'output', focus: 'output'})],
	[
		'the cluster',
		aState({shown: 'cluster', focus: 'cluster', selected: threePods[1]!.name, output}, {now: afterwards}),
	],
	['a long line', aState({editor: edited(emptyEditor, {type: 'set', text: '地址 '.repeat(150)})})],
	['requests', aState({shown: 'cluster'}, {requests: someRequests})],
	['help', aState({help: 0})],
	['slices', aState({shown: 'cluster', form: 'slices'}, {now: {...afterwards, slices: twoSlices}, before})],
	['a filter', aState({shown: 'cluster', filter: '10.244.2'}, {now: afterwards, before})],
	['the end', aState({}, {finished: true, summary})],
	['the list of what can be done', aState({palette: {text: '', selected: 3}})],
	['a search', aState({search: {text: 'get', at: 0}, history: historyOf(['kubectl get pods'])})],
	['what kubectl would print', aState({shown: 'cluster', form: 'table'}, {now: {...afterwards, slices: twoSlices}})],
	['the timeline', aState({shown: 'timeline', focus: 'timeline'}, {timeline: story})],
	['the past', lookingBack],
	['no Service', aState({shown: 'cluster'}, {watch: {pods: 'app=my-app', services: []}})],
	['two Services', aState({shown: 'cluster'}, {watch: {pods: 'app=my-app', services: ['my-service', 'other']}})],
];

describe('the screen at every size', () => {
	for (const [name, state] of states) {
		for (const language of ['en', 'zh-CN'] as const) {
			it(`fills the terminal exactly: ${name}, ${language}`, () => {
				for (let columns = 20; columns <= 220; columns += 13) {
					for (let rows = 5; rows <= 60; rows += 8) {
						const {lines, cursor} = drawn(state, columns, rows, {language});
						expect(lines).toHaveLength(rows);
						expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(columns);
						if (cursor) {
							expect(cursor.x).toBeLessThan(columns);
							expect(cursor.y).toBeLessThan(rows);
						}
					}
				}
			});
		}
	}

	it('does not ask why a Pod is no endpoint in a lesson without a Service', () => {
		const {text} = drawn(aState({}, {watch: {pods: 'app=my-app', services: []}, now: aSnapshot(threePods, undefined)}));
		expect(text).toContain('10.244.1.2');
		expect(text.match(/this lesson has no Service/g)).toHaveLength(2);
		expect(text).not.toContain('is an endpoint');
	});

	it('says what it needs in a terminal that is too small', () => {
		expect(drawn(aState(), 40, 10).text).toContain('This terminal is 40×10');
	});
});

describe('what the screen shows', () => {
	const changed = aState({recent: recentAfter(nothingRecent, before, afterwards)}, {before, now: afterwards});

	it('joins a Pod with its address on one line, and marks the new and the gone one', () => {
		const {text} = drawn(changed);
		expect(text).toMatch(/● …-f6rqt +10\.244\.2\.2 +Running +─┼─ +10\.244\.2\.2:80/);
		expect(text).toMatch(/9lnlt +10\.244\.1\.2 +Terminating +│ − 10\.244\.1\.2:80 +gone 0\.3 s/);
		expect(text).toMatch(/76kdl .*─┼─\+ 10\.244\.1\.8:80 +new/);
	});

	it('shows before beside now where there is room', () => {
		const {text} = drawn(changed, 200, 50);
		expect(text).toMatch(/before +now/);
		expect(text).toMatch(/f6rqt .*─┼─ +10\.244\.2\.2:80 +10\.244\.2\.2:80/);
		expect(text).toMatch(/76kdl .*─┼─\+ +10\.244\.1\.8:80 +new/);
	});

	it('shows one pane at a time in 80×24, always with the prompt and the missing check', () => {
		const story = drawn(aState(), 80, 24).text;
		expect(story).toContain('Delete one Pod and watch');
		expect(story).not.toContain('10.244.2.2');
		expect(story).toContain('2 of 3 addresses are ready');
		const cluster = drawn(aState({shown: 'cluster', output, ran: new Set(['kubectl get pods'])}), 80, 24).text;
		expect(cluster).toMatch(/f6rqt .*10\.244\.2\.2:80/);
		expect(cluster).toContain('2 of 3 addresses are ready');
		expect(cluster).toContain('名称 1/1');
		expect(cluster).toMatch(/\$ type a command/);
	});

	it('has the question in view while it is open, however long the story', () => {
		const step = aStep({prediction: question, story: 'word '.repeat(2000)});
		expect(drawn(aState({}, {step})).text).toContain('2 A new address appears');
		expect(drawn(aState({}, {step})).text).toContain('predict first: press 1-2');
		expect(drawn(aState({}, {step}), 80, 24).text).toContain('predict first: press 1-2');
	});

	it('says that there is more of a story than fits', () => {
		const step = aStep({story: 'word '.repeat(2000)});
		expect(drawn(aState({}, {step})).text).toContain('more below: PgDn');
		expect(drawn(aState({story: 100_000}, {step})).text).not.toContain('more below: PgDn');
	});

	it('does not repeat a command that the story already shows', () => {
		const command = 'kubectl get pods';
		const told = aStep({story: `Type:\n\n\`\`\`sh\n${command}\n\`\`\``, commands: [command]});
		expect(drawn(aState({}, {step: told})).text.split(command)).toHaveLength(2);
		const untold = aStep({story: 'Look at the Pods.', commands: [command]});
		expect(drawn(aState({}, {step: untold})).text.split(command)).toHaveLength(2);
	});

	it('tells why the new Pod is an endpoint, or the selected one', () => {
		expect(drawn(changed).text).toContain('76kdl is an endpoint');
		const selected = {...changed, focus: 'cluster' as const, selected: threePods[1]!.name};
		expect(drawn(selected).text).toContain('f6rqt is an endpoint');
	});

	it('tells who wrote an address that no Pod has, unless it is gone', () => {
		const own = anAddress('10.0.0.250');
		const withOwn = aState({}, {now: aSnapshot([], [own])});
		expect(drawn(withOwn).text).toContain('10.0.0.250 was written by hand');
		const withPods = aState(
			{focus: 'cluster', selected: own.ip},
			{now: aSnapshot(threePods, [...threeAddresses, own])},
		);
		expect(drawn(withPods).text).toContain('10.0.0.250 was written by hand');
		const gone = aState({focus: 'cluster', selected: own.ip}, {before: aSnapshot([], [own]), now: aSnapshot([], [])});
		expect(drawn(gone).text).toContain('− 10.0.0.250:80');
		expect(drawn(gone).text).not.toContain('was written by hand');
	});

	it('counts the timeline from the last command', () => {
		const timeline = [
			{at: start, what: 'pod-gone' as const, name: 'old'},
			{at: start + 50, what: 'command' as const, name: 'kubectl delete pod x'},
			{at: start + 70, what: 'endpoint-out' as const, name: 'my-service', detail: '10.244.1.2'},
			{at: start + 1450, what: 'endpoint-in' as const, name: 'my-service', detail: '10.244.1.8'},
		];
		const {text} = drawn(aState({}, {timeline}));
		expect(text).toContain('$ kubectl delete pod x');
		expect(text).toContain('+20 ms − address 10.244.1.2');
		expect(text).toContain('+1.4 s + address 10.244.1.8');
		expect(text).not.toContain('old gone');
	});

	it('keeps the story of a change while commands only look', () => {
		const look = {at: start + 5000, what: 'command' as const, name: 'kubectl get pods'};
		const {text} = drawn(aState({}, {timeline: [...story, look]}), 200, 50);
		expect(text).toContain('$ kubectl delete pod x');
		expect(text).toContain('+410 ms + address 10.244.1.8:80');
		expect(text).not.toContain('$ kubectl get pods');
		expect(drawn(aState({}, {timeline: [look]}), 200, 50).text).toContain('$ kubectl get pods');
	});

	it('says when the connection is lost', () => {
		expect(drawn(aState({}, {observe: {state: 'retrying', error: 'the server is away'}})).text).toContain(
			'the server is away',
		);
	});

	it('claims nothing before the cluster has said what there is', () => {
		const {text} = drawn(aState({}, {observe: {state: 'listing'}, now: aSnapshot([], undefined)}));
		expect(text).toContain('connecting…');
		expect(text).not.toContain('no Pods yet');
	});

	it('shows a solved step whose state has been undone since as broken, not as done', () => {
		const checks = [{id: 'a', state: 'broken' as const, text: 'Three addresses', waiting: '2 of 3'}];
		expect(drawn(aState({}, {step: aStep({solved: true, checks})})).text).toContain('! Three addresses');
	});

	it('wraps a line that is being typed and puts the cursor behind it', () => {
		const {cursor, text} = drawn(aState({editor: edited(emptyEditor, {type: 'set', text: `echo ${'x'.repeat(150)}`})}));
		expect(cursor?.y).toBe(38);
		expect(cursor?.x).toBe(2 + 155 - 117);
		expect(text).toContain('$ echo xxx');
	});
});

describe('the selected row', () => {
	it('is told by more than its colour: it keeps its place and its line to the address', () => {
		const state = aState({focus: 'cluster', selected: threePods[1]!.name});
		expect(drawn(state).text).toMatch(/f6rqt .*─┼─ +10\.244\.2\.2:80/);
	});
});

describe('every terminal', () => {
	const noSgr = new Proxy({} as Record<Tone, string>, {get: () => ''});
	const painted = (environment: Record<string, string>) =>
		drawn(states[2]![1], 120, 40, {environment})
			.lines.map(content => paint(content, themeOf(environment, 'linux')))
			.join('\n');

	it('keeps colours away where NO_COLOR asks for it, and the words say the same', () => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
		const coloured = /\u001b\[[0-9;]*(?<=[;[])(3[0-7]|9[0-7]|4[0-7])(?=[;m])/;
		expect(painted({LANG: 'C.UTF-8'})).toMatch(coloured);
		expect(painted({LANG: 'C.UTF-8', NO_COLOR: '1'})).not.toMatch(coloured);
		expect(drawn(states[2]![1], 120, 40, {environment: {LANG: 'C.UTF-8', NO_COLOR: '1'}}).text).toContain(
			'− 10.244.1.2:80',
		);
	});

	it('uses ASCII signs alone where the locale is not UTF-8', () => {
		const environment = {LANG: 'C'};
		// What a learner types or a command prints is theirs.
		const own = new Set(['output', 'a long line', 'the cluster']);
		for (const [name, state] of states.filter(([name]) => !own.has(name))) {
			for (const [columns, rows] of [
				[80, 24],
				[120, 40],
				[200, 50],
			] as const) {
				const painted = drawn({...state, speed: 1}, columns, rows, {environment})
					.lines.map(content => paint(content, {...themeOf(environment, 'linux'), sgr: noSgr}))
					.join('\n');
				expect(painted.match(/[^\x20-\x7e\n]/g), name).toBeNull();
			}
		}
	});

	it('never uses white, black, yellow or bright colours, which vanish on some background', () => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
		expect(painted({LANG: 'C.UTF-8'})).not.toMatch(/\u001b\[[0-9;]*(?<=[;[])(30|33|37|9[0-7])(?=[;m])/);
	});
});

describe('a lesson that counts requests', () => {
	it('shows who answered below the panes, at every size; another lesson has nothing there', () => {
		for (const [columns, rows] of [
			[80, 24],
			[120, 40],
			[200, 50],
		] as const) {
			const {text} = drawn(aState({shown: 'cluster'}, {requests: someRequests}), columns, rows);
			expect(text).toContain('requests  my-service');
			expect(text).toContain('43 sent, 1 failed');
			expect(text).toContain('●●●●');
			expect(text).toContain('10.244.1.2');
		}
		const {text} = drawn(aState({shown: 'cluster'}, {requests: someRequests}));
		expect(text).toMatch(/10\.244\.1\.2:80 {2}a █+ 7 +b █+ 6/);
		expect(drawn(aState({shown: 'cluster'})).text).not.toContain('requests');
	});
});

describe('as time goes by', () => {
	const at = (state: LabState, now: number) => drawn(state, 200, 50, {now}).text;

	it('stays the same for a minute while nothing happens, so that nothing need be drawn', () => {
		const state = aState({}, {before: aSnapshot(threePods, threeAddresses)});
		expect(at(state, start + 1000)).toBe(at(state, start + 59_000));
		expect(at(state, start + 59_000)).toContain('  0 min');
		expect(at(state, start + 60_000)).toContain('  1 min');
		expect(drawn(state, 200, 50, {now: start + 60_000, language: 'zh-CN'}).text).toContain('  1 分钟');
	});

	it('counts the seconds of a running command, and of what has just left', () => {
		const running = aState({running: {line: 'sleep 9', since: start}});
		expect(at(running, start + 1000)).not.toBe(at(running, start + 2000));
		const changed = aState({recent: recentAfter(nothingRecent, before, afterwards)}, {before, now: afterwards});
		expect(at(changed, start + 900)).toContain('gone 0.5 s');
		expect(at(changed, start + 1400)).toContain('gone 1.0 s');
	});
});

describe('the EndpointSlices in place of the joined view', () => {
	const now = {...afterwards, slices: twoSlices};
	const slices = (part: Partial<LabState> = {}, view: Partial<RunView> = {}) =>
		drawn(aState({form: 'slices', shown: 'cluster', ...part}, {now, ...view}), 120, 40).text;

	it('are a block each, with who keeps it and the conditions of every address', () => {
		const text = slices();
		expect(text).toMatch(/my-service-8xk2p {2}3 {2}kept by endpointslice-controller\.k8s\.io/);
		expect(text).toMatch(/ready +serving +terminating/);
		expect(text).toMatch(/10\.244\.1\.2:80 +false +true +true +\S*9lnlt/);
		expect(text).toMatch(/10\.244\.2\.2:80,443 +true +true +false +\S*f6rqt/);
		expect(text).toMatch(/my-service-own {2}1 {2}kept by nobody/);
		expect(text).toMatch(/10\.0\.0\.250:80 +true +true +false +\(no Pod\)/);
		expect(text).not.toContain('other-zzzzz');
	});

	it('mark what is new or different since the step began', () => {
		const old = {...before, slices: [{...twoSlices[0]!, addresses: threeAddresses.slice(0, 2).map(serving)}]};
		const text = slices({}, {before: old});
		expect(text).toMatch(/~ 10\.244\.1\.2:80/);
		expect(text).toMatch(/\+ 10\.244\.1\.8:80/);
		expect(text).toMatch(/\+ 10\.0\.0\.250:80/);
	});

	it('keep the selected Pod, and tell of an address that is in a slice alone who wrote it', () => {
		expect(slices({}, {before})).toContain('76kdl is an endpoint');
		const pod = slices({focus: 'cluster', selected: threePods[1]!.name});
		expect(pod).toContain('f6rqt is an endpoint');
		expect(slices({focus: 'cluster', selected: '10.0.0.250'})).toContain('10.0.0.250 was written by hand');
		const {metrics} = drawn(aState({form: 'slices'}, {now}));
		expect(metrics.rowKeys).toEqual([threePods[0]!.name, threePods[1]!.name, fresh.name, '10.0.0.250']);
	});

	it('scroll to the selected row, however many there are', () => {
		const addresses = Array.from({length: 5000}, (_, index) => anAddress(`10.1.${index >> 8}.${index & 255}`));
		const many = {...now, slices: [{...twoSlices[0]!, addresses: addresses.map(serving)}]};
		const text = slices({focus: 'cluster', selected: '10.1.16.7'}, {now: many});
		expect(text).toContain('10.1.16.7:80');
		expect(text).toContain('10.1.16.8:80');
		expect(text).not.toContain('10.1.0.0:80');
	});

	it('say that there are none', () => {
		expect(slices({}, {now: afterwards})).toContain('no EndpointSlices of my-service yet');
	});

	function serving(address: AddressView): AddressView {
		return {...address, serving: true, terminating: false};
	}
});

describe('a filter', () => {
	const pods = Array.from({length: 5000}, (_, index) =>
		aPod(`${index}`.padStart(5, 'x'), `10.1.${index >> 8}.${index & 255}`, {
			status: index === 4321 ? 'CrashLoopBackOff' : 'Running',
			labels: {app: 'my-app', tier: index === 7 ? 'seven' : 'other'},
		}),
	);
	const addresses = pods.map(({ip, name}) => anAddress(ip, {pod: name, serving: true, terminating: false}));
	const slice = {...twoSlices[0]!, addresses: addresses.slice(0, 4000)};
	const now = {...aSnapshot(pods, addresses), slices: [slice, {...slice, name: 'b', addresses: addresses.slice(4000)}]};
	const shown = (part: Partial<LabState>) => drawn(aState(part, {now}), 200, 50);

	it('finds the few among thousands by name, address, status or label, whatever their case', () => {
		expect(shown({filter: 'crashloop'}).metrics.rowKeys).toEqual([pods[4321]!.name]);
		expect(shown({filter: 'tier=seven'}).metrics.rowKeys).toEqual([pods[7]!.name]);
		expect(shown({filter: '10.1.3.77:80'}).metrics.rowKeys).toEqual([pods[3 * 256 + 77]!.name]);
		const all = shown({});
		expect(all.text.match(/─┼─/g)).toHaveLength(all.metrics.clusterRows);
		const {text} = shown({filter: 'xx12'});
		expect(text).toMatch(/filter: xx12 \(\d+ of 5000\)/);
		expect(text).toContain('49-xx123');
		expect(text).not.toContain('xx130');
	});

	it('says so when no row has it, and claims nothing of Pods and addresses', () => {
		const {text} = shown({filter: 'nowhere'});
		expect(text).toContain('no row has nowhere');
		expect(text).not.toContain('no Pods yet');
		expect(text).not.toContain('no addresses');
		expect(shown({filter: 'nowhere', form: 'slices'}).text).toContain('no row has nowhere');
	});

	it('leaves of the slices those that have what it finds', () => {
		const {text, metrics} = shown({filter: pods[4321]!.name, form: 'slices'});
		expect(metrics.rowKeys).toEqual([pods[4321]!.name]);
		expect(text).toContain(' b  1000  kept by');
		expect(text).not.toContain('my-service-8xk2p');
	});
});

describe('what kubectl would print, in place of the panes', () => {
	const pods = threePods.map((pod, index) => ({...pod, cells: {ready: '1/1', restarts: index, restartedAt: start}}));
	const endpoints = [
		{
			...before.endpoints[0]!,
			createdAt: start - 60_000,
			cells: {endpoints: '10.244.1.2:80,10.244.2.2:80,10.244.1.3:80'},
		},
	];
	const slices = [
		{...twoSlices[0]!, createdAt: start, cells: {addressType: 'IPv4', ports: '80', endpoints: '10.244.1.2'}},
	];
	const shown = (part: Partial<LabState>, columns = 200) =>
		drawn(aState({form: 'table', ...part}, {now: {...before, pods, endpoints, slices}}), columns, 50, {
			now: start + 90_000,
		}).text;

	it('is the commands and their tables, with the ages of now', () => {
		const text = shown({});
		expect(text).toContain('$ kubectl get pods -l app=my-app');
		expect(text).toMatch(/NAME +READY +STATUS +RESTARTS +AGE/);
		expect(text).toMatch(/nginx-deployment-5d5dd5db49-f6rqt {3}1\/1 {5}Running {3}1 \(90s ago\) {3}90s/);
		expect(text).toMatch(/my-service {3}10\.244\.1\.2:80,10\.244\.2\.2:80,10\.244\.1\.3:80 {3}2m30s/);
		expect(text).toMatch(/my-service-8xk2p {3}IPv4 {10}80 {6}10\.244\.1\.2 {3}90s/);
	});

	it('keeps the selected row and its reason, and takes the filter', () => {
		const selected = shown({focus: 'cluster', selected: pods[1]!.name});
		expect(selected).toContain('f6rqt is an endpoint');
		const filtered = shown({filter: 'f6rqt'});
		expect(filtered).toContain('f6rqt');
		expect(filtered).not.toContain('9lnlt');
		expect(filtered).toContain('no row has f6rqt');
	});
});

describe('the timeline', () => {
	it('joins what follows from what, and names the replacement', () => {
		const {text} = drawn(aState({}, {timeline: story}), 200, 50);
		expect(text).toContain('+20 ms Pod …-9lnlt deleted → +30 ms − address 10.244.1.2:80');
		expect(text).toContain('replacement …-76kdl created');
		expect(text).toContain('+400 ms Pod …-76kdl ready → +410 ms + address 10.244.1.8:80');
	});

	it('is a list with causes while it is looked through', () => {
		const {text} = drawn(aState({focus: 'timeline'}, {timeline: story}), 200, 50);
		expect(text).toMatch(/\+30 ms +− address 10\.244\.1\.2:80 {2}← Pod …-9lnlt deleted/);
		expect(text).toMatch(/\+410 ms +\+ address 10\.244\.1\.8:80 {2}← Pod …-76kdl ready/);
	});

	it('says which Service an address is of where there are several, and what only came before', () => {
		const twice: TimelineEntry[] = [
			...story.slice(0, -1),
			{at: start + 405, what: 'service-changed', name: 'my-service', detail: 'app=my-app'},
			...story.slice(-1),
			{at: start + 411, what: 'endpoint-in', name: 'front', detail: '10.244.1.8:80', pod: fresh.name},
		];
		const {text} = drawn(aState({focus: 'timeline'}, {timeline: twice}), 200, 50);
		expect(text).toMatch(/\+410 ms +\+ address 10\.244\.1\.8:80 of my-service {2}after Service my-service changed/);
		expect(text).toMatch(/\+411 ms +\+ address 10\.244\.1\.8:80 of front {2}← Pod …-76kdl ready/);
	});

	it('shows in the panes the moment that is looked back at, and says so', () => {
		for (const [columns, rows] of [
			[80, 24],
			[120, 40],
			[200, 50],
		] as const) {
			const {text} = drawn(lookingBack, columns, rows);
			expect(text).toContain('looking back: +30 ms');
			expect(text).toMatch(/9lnlt +10\.244\.1\.2 +Running +│ − 10\.244\.1\.2:80/);
			expect(text).not.toMatch(/76kdl .*10\.244\.1\.8:80 +new/);
			expect(text).toContain('Esc now');
		}
		expect(drawn(lookingBack, 120, 40, {language: 'zh-CN'}).text).toContain('回看 +30 ms');
	});
});

describe('the end of a lesson', () => {
	it('says what was predicted wrongly, what came, and why', () => {
		const {text} = drawn(
			aState(
				{},
				{
					finished: true,
					summary,
					steps: [
						{id: 'delete-one', title: 'Delete one Pod', solved: true},
						{id: 'scale', title: 'Scale', solved: true, helped: 'skipped'},
					],
				},
			),
			200,
			50,
		);
		expect(text).toContain('Predictions: 1 of 2 came true.');
		expect(text).toContain('You expected: It shrinks');
		expect(text).toContain('It came so: A new one comes');
		expect(text).toContain('The ReplicaSet counts.');
		expect(text).toContain('1. Delete one Pod  (2 tips)');
		expect(text).toContain('2. Scale  (passed over)');
	});

	it('has the score so far below each solved step that asked', () => {
		const prediction = {...question, open: false, chosen: 'b', right: true, answer: 'b'};
		const step = aStep({solved: true, explanation: 'Because.', prediction});
		const {text} = drawn(aState({story: 'explanation'}, {step, predictions: {right: 2, answered: 3}}), 200, 50);
		expect(text.replaceAll(/ *││.*\n│ */g, ' ')).toContain('So far 2 of 3 predictions came true.');
	});
});

describe('a long reason', () => {
	it('is there to its end in 80×24', () => {
		const sentence = `nginx-deployment-5d5dd5db49-9lnlt is no endpoint: the Service selects ${'a=b,'.repeat(25)}and the Pod has no such label.`;
		const {lines} = drawScreen(aState({shown: 'cluster'}), {
			columns: 80,
			rows: 24,
			now: start,
			text: textIn('en'),
			theme: themeOf({LANG: 'C.UTF-8'}, 'linux'),
			why: () => sentence,
		});
		const text = lines
			.map(textOf)
			.join('\n')
			.replaceAll(/\s*│\n│\s*/g, ' ');
		expect(text).toContain('has no such label.');
	});
});

describe('the list of what can be done', () => {
	it('has the selected entry to be read whole in a narrow terminal', () => {
		const {text} = drawn(aState({palette: {text: '', selected: 0}}), 60, 16);
		expect(text.replaceAll(/\s*│\n│\s*/g, ' ')).toContain('the lab types this step’s commands and runs them');
		expect(drawn(aState({palette: {text: '', selected: 0}}), 120, 40).text.split('runs them')).toHaveLength(2);
	});
});

describe('the help', () => {
	it('lists the keys and the words that work now, and no others', () => {
		const {text} = drawn(aState({help: 0}), 120, 60);
		for (const word of [
			'Ctrl-X',
			'Ctrl-R',
			'Ctrl-T',
			'show me',
			'skip',
			'reset step',
			'reset lesson',
			'timeline',
			'filter TEXT',
		])
			expect(text).toContain(word);
		const solved = drawn(aState({help: 0}, {step: aStep({solved: true})}), 120, 60).text;
		expect(solved).not.toMatch(/│ +show me/);
		expect(solved).toContain('Ctrl-N');
	});
});
