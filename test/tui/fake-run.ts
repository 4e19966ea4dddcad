import type {RunView, StepView} from '../../src/engine/view.ts';
import type {AddressView, PodView, Snapshot} from '../../src/observe/snapshot.ts';
import type {ScreenRun} from '../../src/tui/lab.ts';

/** When every fake cluster began, ms since 1970. */
export const start = Date.UTC(2026, 10, 21, 21, 4, 0);

export function aPod(name: string, ip: string, part: Partial<PodView> = {}): PodView {
	return {
		name: `nginx-deployment-5d5dd5db49-${name}`,
		namespace: 'default',
		uid: name,
		ip,
		node: 'lab-worker',
		phase: 'Running',
		status: 'Running',
		ready: true,
		terminating: false,
		restarts: 0,
		labels: {app: 'my-app'},
		ports: [{name: '', port: 80, protocol: 'TCP'}],
		createdAt: start,
		image: 'nginx',
		...part,
	};
}

export function anAddress(ip: string, part: Partial<AddressView> = {}): AddressView {
	return {ip, port: 80, portName: '', ready: true, ...part};
}

export function aSnapshot(pods: PodView[], addresses: AddressView[] | undefined, at = start): Snapshot {
	return {
		at,
		pods,
		services: [],
		endpoints: addresses ? [{name: 'my-service', namespace: 'default', addresses, managedBy: ''}] : [],
		slices: [],
		deployments: [],
	};
}

export const threePods = [aPod('9lnlt', '10.244.1.2'), aPod('f6rqt', '10.244.2.2'), aPod('j25gd', '10.244.1.3')];
export const threeAddresses = threePods.map(({ip, name}) => anAddress(ip, {pod: name}));

export function aStep(part: Partial<StepView> = {}): StepView {
	return {
		id: 'delete-one',
		title: 'Delete one Pod',
		story: 'Delete **one** Pod and watch its address leave the list.\n\n- first `kubectl get pods`\n- then delete one',
		commands: ['echo deleted'],
		looking: false,
		solved: false,
		checks: [
			{id: 'old', state: 'passed', text: 'The old address is gone'},
			{id: 'new', state: 'waiting', text: 'Three addresses again', waiting: '2 of 3 addresses are ready'},
		],
		hints: [],
		moreHints: true,
		...part,
	};
}

export function aView(part: Partial<RunView> = {}): RunView {
	return {
		lesson: {id: 'endpoints', title: 'Endpoints follow Pods'},
		language: 'en',
		cluster: {title: 'SIMULATED v1.36', simulated: true},
		startedAt: start,
		stepIndex: 0,
		steps: [
			{id: 'delete-one', title: 'Delete one Pod', solved: false},
			{id: 'scale', title: 'Scale', solved: false},
		],
		step: aStep(),
		finished: false,
		predictions: {right: 0, answered: 0},
		secret: false,
		watch: {pods: 'app=my-app', services: ['my-service']},
		observe: {state: 'live'},
		now: aSnapshot(threePods, threeAddresses),
		timeline: [],
		...part,
	};
}

/** A run whose views a test sets; it notes what the screen asked of it. */
export function aRun(
	first: RunView,
	snapshotAt: ScreenRun['snapshotAt'] = () => undefined,
): ScreenRun & {set(view: RunView): void; asked: string[]} {
	let view = first;
	const listeners = new Set<() => void>();
	const asked: string[] = [];
	const set = (next: RunView) => {
		view = next;
		for (const listener of listeners) listener();
	};
	return {
		asked,
		set,
		view: () => view,
		commands: () => view.step.commands.map(line => ({line, fails: false})),
		snapshotAt,
		requestsIn: then => (view.requests ? {...view.requests, total: then.requests?.total ?? 0} : undefined),
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		actions: {
			predict: choice => {
				asked.push(`predict ${choice}`);
				if (view.step.prediction)
					set({...view, step: {...view.step, prediction: {...view.step.prediction, chosen: choice}}});
			},
			next: () => {
				asked.push('next');
				const stepIndex = view.stepIndex + 1;
				const step = view.steps[stepIndex];
				if (step) set({...view, stepIndex, step: aStep({id: step.id, title: step.title})});
				else set({...view, finished: true});
			},
			back: () => asked.push('back'),
			hint: () => {
				asked.push('hint');
				set({...view, step: {...view.step, hints: [...view.step.hints, 'Look at the list first.']}});
			},
			ran: command => asked.push(`ran ${command}`),
			helped: how => asked.push(`helped ${how}`),
		},
	};
}
