import {describe, expect, it} from 'vitest';
import {seededRandom} from '../../../src/simulator/random.ts';
import {joinedRows} from '../../../src/tui/view/joined-rows.ts';
import {nothingRecent, RECENT_MS, recentAfter, recentWithout} from '../../../src/tui/view/recent.ts';
import {anAddress, aPod, aSnapshot, aView, start, threeAddresses, threePods} from '../fake-run.ts';

const fresh = aPod('76kdl', '10.244.1.8', {createdAt: start + 5});
const before = aSnapshot(threePods, threeAddresses);
const afterwards = aSnapshot(
	[...threePods.slice(1), fresh],
	[...threeAddresses.slice(1), anAddress('10.244.1.8', {pod: fresh.name})],
	start + 400,
);

/** The rows as short texts: Pod, address, mark. */
function shown(view: ReturnType<typeof aView>, recent = nothingRecent, now = start + 1000) {
	return joinedRows(view, recent, now).map(({rows}) =>
		rows.map(({pod, address}) =>
			[
				pod ? `${pod.gone ? 'gone ' : ''}${pod.view.name.slice(-5)}` : '-',
				address ? `${address.text} ${address.mark}` : '-',
			].join(' | '),
		),
	);
}

describe('Pods and addresses on one line', () => {
	it('puts each Pod next to its address', () => {
		expect(shown(aView())).toEqual([
			['9lnlt | 10.244.1.2:80 same', 'f6rqt | 10.244.2.2:80 same', 'j25gd | 10.244.1.3:80 same'],
		]);
	});

	it('marks what has left and what has come since the remembered snapshot, and keeps the places', () => {
		expect(shown(aView({before, now: afterwards}))).toEqual([
			[
				'gone 9lnlt | 10.244.1.2:80 removed',
				'f6rqt | 10.244.2.2:80 same',
				'j25gd | 10.244.1.3:80 same',
				'76kdl | 10.244.1.8:80 added',
			],
		]);
	});

	it('marks an address that has turned not ready since then', () => {
		const now = aSnapshot(threePods, [anAddress('10.244.1.2', {ready: false}), ...threeAddresses.slice(1)]);
		expect(shown(aView({before, now}))[0]![0]).toBe('9lnlt | 10.244.1.2:80 changed');
	});

	it('without a remembered snapshot keeps what has left for a while, and then no longer', () => {
		const recent = recentAfter(nothingRecent, before, afterwards);
		expect(shown(aView({now: afterwards}), recent)[0]![0]).toBe('gone 9lnlt | 10.244.1.2:80 removed');
		const late = start + 400 + RECENT_MS;
		expect(shown(aView({now: afterwards}), recent, late)).toEqual([
			['f6rqt | 10.244.2.2:80 same', 'j25gd | 10.244.1.3:80 same', '76kdl | 10.244.1.8:80 same'],
		]);
		expect(recentWithout(recent, late, undefined)).toEqual(nothingRecent);
		expect(recentWithout(recent, late, start)).toBe(recent);
	});

	it('shows an address that no Pod has, and a Pod that has no address', () => {
		const now = aSnapshot([aPod('aaaaa', '')], [anAddress('10.0.0.250')]);
		expect(shown(aView({now}))).toEqual([['aaaaa | -', '- | 10.0.0.250:80 same']]);
	});

	it('gives an address that was used again to the living Pod', () => {
		const heir = aPod('zzzzz', '10.244.1.2', {createdAt: start + 9});
		const now = aSnapshot([...threePods.slice(1), heir], threeAddresses);
		const rows = shown(aView({before, now}))[0]!;
		expect(rows).toContain('gone 9lnlt | -');
		expect(rows).toContain('zzzzz | 10.244.1.2:80 same');
	});

	it('writes the ports of one address together', () => {
		const now = aSnapshot(threePods.slice(0, 1), [anAddress('10.244.1.2'), anAddress('10.244.1.2', {port: 443})]);
		expect(shown(aView({now}))[0]).toEqual(['9lnlt | 10.244.1.2:80,443 same']);
	});

	it('leaves out Pods that the lesson does not watch', () => {
		const other = aPod('other', '10.244.1.9', {labels: {app: 'else'}});
		const now = aSnapshot([...threePods, other], threeAddresses);
		expect(shown(aView({now}))[0]!.join()).not.toContain('other');
	});

	it('shows a second Service with its own Pods only', () => {
		const now = aSnapshot(threePods, threeAddresses);
		now.endpoints.push({name: 'one', namespace: 'default', addresses: [anAddress('10.244.2.2')], managedBy: ''});
		const rows = shown(aView({now, watch: {pods: 'app=my-app', services: ['my-service', 'one']}}));
		expect(rows[0]).toHaveLength(3);
		expect(rows[1]).toEqual(['f6rqt | 10.244.2.2:80 same']);
	});

	it('makes the same rows of what has changed as of everything', () => {
		const {below: random} = seededRandom(3);
		const pick = <T>(of: readonly T[]): T => of[random(of.length)]!;
		const ips = ['', ...Array.from({length: 8}, (_, index) => `10.244.1.${index}`)];
		let pods = Array.from({length: 8}, (_, index) => aPod(`p${index}`, ips[index]!, {createdAt: start + (index % 3)}));
		let addresses = ips.slice(1).map(ip => anAddress(ip));
		let recent = nothingRecent;
		let now = aSnapshot(pods, addresses);
		const watch = {pods: 'app=my-app', services: ['my-service', 'other']};
		const moments = Array.from({length: 300}, (_, step) => {
			const at = random(pods.length);
			const pod = pods[at]!;
			const changed = {
				ready: {...pod, ready: !pod.ready},
				ip: {...pod, ip: pick(ips)},
				labels: {...pod, labels: {app: pick(['my-app', 'other'])}},
				replaced: {...pod, uid: `new-${step}`, createdAt: start + step},
				same: pod,
			}[pick(['ready', 'ready', 'ip', 'labels', 'replaced', 'same'] as const)];
			const kept = pods.filter(({uid}) => random(15) > 0 || uid === changed.uid);
			pods = (random(4) === 0 ? kept : pods).map(one => (one === pod ? changed : one));
			if (random(8) === 0) pods = [...pods, aPod(`later${step}`, pick(ips), {createdAt: start + random(step + 1)})];
			if (random(3) === 0) addresses = addresses.filter(() => random(6) > 0);
			if (random(3) === 0) addresses = [...addresses, anAddress(pick(ips.slice(1)), {ready: random(2) === 0})];
			const later = aSnapshot(pods, addresses, start + 400 * step);
			// As an observer does: what has not changed stays the same object.
			if (now.endpoints[0]?.addresses === addresses) later.endpoints = now.endpoints;
			recent = recentAfter(recent, now, later);
			now = later;
			const remembered = step % 60 > 30 ? before : undefined;
			return {view: aView({now, before: remembered, watch}), recent, at: start + 400 * step + random(9000)};
		});
		const rows = moments.map(({view, recent, at}) => structuredClone(joinedRows(view, recent, at)));
		moments.forEach(({view, recent, at}, step) => {
			joinedRows(aView({now: aSnapshot([], []), watch}), nothingRecent, start);
			expect(rows[step], `step ${step}`).toEqual(joinedRows(view, recent, at));
		});
	});
});
