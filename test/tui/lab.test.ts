import {isDeepStrictEqual} from 'node:util';
import {describe, expect, it} from 'vitest';
import type {LineRunner} from '../../src/clusters/line-runner.ts';
import {textIn} from '../../src/text/text.ts';
import {editorText} from '../../src/tui/editor.ts';
import type {KeyName} from '../../src/tui/keys.ts';
import {createLab, type Outcome} from '../../src/tui/lab.ts';
import {noMetrics} from '../../src/tui/lab-state.ts';
import {outputLines} from '../../src/tui/output.ts';
import {paletteEntries} from '../../src/tui/palette.ts';
import type {SnapshotAt} from '../../src/tui/past.ts';
import {unicodeSymbols} from '../../src/tui/theme.ts';
import {keyHints} from '../../src/tui/view/key-hints.ts';
import {aRun, aSnapshot, aStep, aView, start, threeAddresses, threePods} from './fake-run.ts';

const text = textIn('en');
const question = {
	question: 'Which?',
	open: true,
	choices: [
		{id: 'shrinks', text: 'It shrinks'},
		{id: 'grows', text: 'It grows'},
	],
};
const solved = aStep({solved: true, checks: [{id: 'a', state: 'passed', text: 'A'}], explanation: 'Because.'});

/** A lab whose commands the test ends by hand. */
function aLab(view = aView(), history: string[] = [], snapshotAt?: SnapshotAt) {
	const run = aRun(view, snapshotAt);
	const kept: string[] = [];
	const left: Outcome[] = [];
	const said: string[] = [];
	const running: {line: string; print: (text: string) => void; end: (code: number) => void}[] = [];
	let interrupts = 0;
	let inTerminal = 0;
	let folder = '/work/endpoints';
	const runner: Pick<LineRunner, 'run' | 'runInTerminal' | 'interrupt' | 'cwd'> = {
		run: (line, options) =>
			new Promise(resolve => {
				running.push({line, print: chunk => options?.onOutput?.(chunk), end: code => resolve({code})});
			}),
		runInTerminal: async line => {
			running.push({line, print: () => {}, end: () => {}});
			return {code: line.includes('nothing') ? 1 : 0};
		},
		interrupt: () => {
			interrupts++;
		},
		cwd: () => folder,
	};
	const lab = createLab({
		run,
		runner,
		history: {lines: history, add: line => kept.push(line)},
		text,
		now: () => start,
		files: folder => (folder === '/work/endpoints' ? ['deployment.yaml', 'service.yaml', 'sub/'] : []),
		columns: () => 80,
		withTerminal: async use => {
			inTerminal++;
			await use(async words => void said.push(words));
		},
		pause: async () => {},
		redraw: () => {},
		leave: outcome => left.push(outcome),
	});
	const press = (...names: KeyName[]) => {
		for (const name of names) lab.press({name});
	};
	const type = (typed: string) => {
		for (const character of typed) lab.press({name: 'text', text: character});
	};
	return {
		lab,
		run,
		kept,
		left,
		running,
		press,
		type,
		enter(line: string) {
			type(line);
			press('enter');
		},
		line: () => editorText(lab.store.get().editor),
		output: () => outputLines(lab.store.get().output).map(output => output.text),
		interrupts: () => interrupts,
		inTerminal: () => inTerminal,
		said,
		moveTo: (next: string) => {
			folder = next;
		},
		/** Lets a finished command reach the lab. */
		settle: () => new Promise(resolve => setImmediate(resolve)),
	};
}

describe('running commands', () => {
	it('runs the line, shows what it prints, and says a bad exit code', async () => {
		const {enter, running, output, settle, run} = aLab();
		enter('ls x');
		expect(running[0]?.line).toBe('ls x');
		running[0]?.print('no such file\n');
		running[0]?.end(2);
		await settle();
		expect(output()).toEqual(['ls x', 'no such file', 'exit code 2']);
		expect(run.asked).toEqual(['ran ls x']);
	});

	it('runs lines that were typed ahead one after the other', async () => {
		const {enter, running, settle} = aLab();
		enter('first');
		enter('second');
		enter('third');
		expect(running.map(({line}) => line)).toEqual(['first']);
		running[0]?.end(0);
		await settle();
		expect(running.map(({line}) => line)).toEqual(['first', 'second']);
		running[1]?.end(0);
		await settle();
		expect(running.map(({line}) => line)).toEqual(['first', 'second', 'third']);
	});

	it('goes on with what was typed ahead after a word of the lab', async () => {
		const {enter, running, settle, lab} = aLab();
		enter('first');
		enter('hint');
		enter('third');
		running[0]?.end(0);
		await settle();
		expect(running.map(({line}) => line)).toEqual(['first', 'third']);
		expect(lab.store.get().queue).toEqual([]);
	});

	it('stops the running command with Ctrl-C and forgets what was typed ahead', async () => {
		const {enter, press, running, settle, interrupts, output, left} = aLab();
		enter('sleep 100');
		enter('second');
		press('ctrl-c');
		expect(interrupts()).toBe(1);
		running[0]?.end(130);
		await settle();
		expect(running).toHaveLength(1);
		expect(output().at(-1)).toBe('stopped by Ctrl-C');
		expect(left).toEqual([]);
	});

	it('gives the terminal to a command that wants it', async () => {
		const {enter, settle, inTerminal} = aLab();
		enter('kubectl edit service my-service');
		await settle();
		expect(inTerminal()).toBe(1);
	});

	it('waits with an error of such a command until it has been read', async () => {
		const {enter, settle, said, output} = aLab();
		enter('kubectl exec -it nothing -- sh');
		await settle();
		expect(said).toEqual(['exit code 1. Enter returns to the lab.']);
		expect(output().at(-1)).toBe('exit code 1');
	});

	it('shows the folder once the learner has left the lesson\u2019s', async () => {
		const {enter, running, settle, moveTo, lab} = aLab();
		enter('cd /tmp');
		moveTo('/tmp');
		running[0]?.end(0);
		await settle();
		expect(lab.store.get().folder).toBe('tmp');
	});

	it('pastes several lines without running them, and Enter runs them as one', () => {
		const {lab, press, running} = aLab();
		lab.paste('cat <<EOF\r\na\r\nEOF\r\n');
		expect(running).toEqual([]);
		press('enter');
		expect(running[0]?.line).toBe('cat <<EOF\na\nEOF');
	});
});

describe('going through a lesson', () => {
	it('goes on with Enter on the empty line once the step is solved, not before', () => {
		const {press, run, lab} = aLab();
		press('enter');
		expect(run.asked).toEqual([]);
		run.set({...run.view(), step: solved});
		lab.drawn({...noMetrics, explanationShown: true});
		press('enter');
		expect(run.asked).toEqual(['next']);
		expect(lab.store.get().view.step.id).toBe('scale');
	});

	it('shows the explanation of a solved step before Enter goes on', () => {
		const {press, run, lab} = aLab();
		run.set({...run.view(), step: solved});
		press('page-up', 'enter');
		expect(lab.store.get().story).toBe('explanation');
		expect(run.asked).toEqual([]);
		press('enter');
		expect(run.asked).toEqual(['next']);
	});

	it('brings what is said unasked before the learner, and leaves the story alone when it goes or says other numbers', () => {
		const {press, run, lab} = aLab();
		const told = (...hints: string[]) => run.set({...run.view(), step: aStep({hints})});
		press('tab');
		told('You have taken in 2 Pods of somebody else.');
		expect(lab.store.get()).toMatchObject({story: 'hints', shown: 'story'});
		press('page-up');
		const {story} = lab.store.get();
		told('You have taken in 3 Pods of somebody else.');
		told();
		expect(lab.store.get().story).toBe(story);
	});

	it('leaves the story alone in a step that only looks, until all has been looked at', async () => {
		const commands = ['kubectl get pods', 'kubectl get endpoints'];
		const looking = aStep({looking: true, commands, checks: [{id: 'a', state: 'passed', text: 'A'}]});
		const {run, lab, enter, running, settle} = aLab(aView({step: looking}));
		enter(commands[0]!);
		run.set({...run.view(), step: {...looking, solved: true, explanation: 'Because.'}});
		running[0]?.end(0);
		await settle();
		expect(lab.store.get().story).toBe(0);
		enter(commands[1]!);
		running[1]?.end(0);
		await settle();
		expect(lab.store.get().story).toBe('explanation');
	});

	it('says what is missing when the step is not solved', () => {
		const {press, run, lab} = aLab();
		press('ctrl-n');
		expect(run.asked).toEqual([]);
		expect(lab.store.get().note).toBe('Not yet: 2 of 3 addresses are ready');
		press('left');
		expect(lab.store.get().note).toBeUndefined();
	});

	it('leaves a step that only looks when the learner has looked', () => {
		const looking = aStep({looking: true, checks: [{id: 'a', state: 'passed', text: 'A'}]});
		const {press, run} = aLab(aView({step: looking}));
		press('enter');
		expect(run.asked).toEqual(['next']);
	});

	it('takes a digit on the empty line as the prediction, and as a digit otherwise', () => {
		const {type, run, line} = aLab(aView({step: aStep({prediction: question})}));
		type('9');
		expect(line()).toBe('9');
		expect(run.asked).toEqual([]);
		type('2');
		expect(line()).toBe('92');
		const other = aLab(aView({step: aStep({prediction: question})}));
		other.type('2');
		expect(other.run.asked).toEqual(['predict grows']);
		expect(other.line()).toBe('');
		other.type('1');
		expect(other.run.asked).toEqual(['predict grows', 'predict shrinks']);
	});

	it('locks the prediction when the run has locked it', () => {
		const {type, run, line} = aLab(aView({step: aStep({prediction: {...question, open: false}})}));
		type('1');
		expect(run.asked).toEqual([]);
		expect(line()).toBe('1');
	});

	it('does what its words say when they are all there is on the line', () => {
		const {enter, run, running, left, lab} = aLab();
		enter('hint');
		expect(run.asked).toEqual(['hint']);
		enter('help');
		expect(lab.store.get().help).toBe(0);
		lab.press({name: 'escape'});
		enter('nslookup my-service');
		expect(running.map(({line}) => line)).toEqual(['nslookup my-service']);
		expect(left).toEqual([]);
	});

	it('brings the explanation into view when the step is solved', () => {
		const {run, lab} = aLab();
		run.set({...run.view(), step: solved});
		expect(lab.store.get().story).toBe('explanation');
	});

	it('leaves with Ctrl-D, with exit, or with Ctrl-C twice; anything else between takes the offer back', () => {
		for (const leave of ['ctrl-d', 'exit'] as const) {
			const {press, enter, left} = aLab();
			if (leave === 'exit') enter('exit');
			else press(leave);
			expect(left).toEqual([{reason: 'quit'}]);
		}
		const {press, left} = aLab();
		press('ctrl-c', 'escape', 'ctrl-c');
		expect(left).toEqual([]);
		press('ctrl-c');
		expect(left).toEqual([{reason: 'quit'}]);
	});

	it('says that the lesson is finished when it is', () => {
		const {press, left} = aLab(aView({finished: true}));
		press('enter');
		expect(left).toEqual([{reason: 'finished'}]);
	});
});

describe('before the cluster has answered', () => {
	it('calls nothing broken or gone', () => {
		const checks = [{id: 'a', state: 'broken' as const, text: 'Three addresses', waiting: '0 of 3'}];
		const first = aView({observe: {state: 'listing'}, step: aStep({solved: true, checks}), before: aView().now});
		const {lab, run} = aLab(first);
		expect(lab.store.get().view.step.checks[0]?.state).toBe('waiting');
		expect(lab.store.get().view.before).toBeUndefined();
		run.set({...first, observe: {state: 'live'}});
		expect(lab.store.get().view.step.checks[0]?.state).toBe('broken');
		expect(lab.store.get().recent.newAddresses).toEqual([]);
	});
});

describe('the prompt', () => {
	it('fills in the step\u2019s next command with the right arrow, and completes it with Tab', () => {
		const step = aStep({commands: ['kubectl get pods', 'kubectl get endpoints my-service']});
		const {press, type, line, running} = aLab(aView({step}));
		press('right');
		expect(line()).toBe('kubectl get pods');
		press('enter');
		expect(running[0]?.line).toBe('kubectl get pods');
		type('kubectl get e');
		press('tab');
		expect(line()).toBe('kubectl get endpoints my-service');
	});

	it('completes verbs, types, live names and files with Tab, and shows what else would fit', () => {
		const deployments = [
			{
				name: 'nginx-deployment',
				namespace: 'default',
				labels: {},
				desired: 3,
				ready: 3,
				updated: 3,
				available: 3,
				image: 'nginx',
				podLabels: {},
			},
		];
		const {press, type, line, lab} = aLab(aView({now: {...aSnapshot(threePods, threeAddresses), deployments}}));
		const tabs: [string, string][] = [
			['kub', 'kubectl '],
			['kubectl desc', 'kubectl describe '],
			['kubectl delete pod ', 'kubectl delete pod nginx-deployment-5d5dd5db49-'],
			['kubectl delete pod nginx-deployment-5d5dd5db49-f', 'kubectl delete pod nginx-deployment-5d5dd5db49-f6rqt '],
			['kubectl get pods | grep x; kubectl apply -f s', 'kubectl get pods | grep x; kubectl apply -f s'],
			['kubectl apply -f se', 'kubectl apply -f service.yaml '],
			['cat su', 'cat sub/'],
			['kubectl delete pod/nginx-deployment-5d5dd5db49-f', 'kubectl delete pod/nginx-deployment-5d5dd5db49-f6rqt '],
			['kubectl logs nginx-deployment-5d5dd5db49-9', 'kubectl logs nginx-deployment-5d5dd5db49-9lnlt '],
			['kubectl rollout rest', 'kubectl rollout restart '],
			['kubectl rollout restart deployment ngi', 'kubectl rollout restart deployment nginx-deployment '],
			['kubectl scale deployment/n', 'kubectl scale deployment/nginx-deployment '],
			['kubectl get pods,endpointsl', 'kubectl get pods,endpointslices '],
			['kubectl get pods -l ', 'kubectl get pods -l app=my-app '],
			['kubectl get pods -o wi', 'kubectl get pods -o wide '],
			['kubectl -n default get rep', 'kubectl -n default get replicasets '],
			['kubectl get pods --show', 'kubectl get pods --show-labels '],
			['kubectl describe node lab', 'kubectl describe node lab-worker '],
			['kubectl exec x -- cat d', 'kubectl exec x -- cat d'],
			['nothing-fits zzz', 'nothing-fits zzz'],
		];
		for (const [typed, completed] of tabs) {
			press('ctrl-u');
			type(typed);
			press('tab');
			expect(line()).toBe(completed);
		}
		press('ctrl-u');
		type('kubectl apply -f s');
		press('tab');
		expect(lab.store.get().note).toBe('service.yaml  sub/');
	});

	it('does not give the step\u2019s command away while a prediction is open', () => {
		const {press, line} = aLab(aView({step: aStep({prediction: question})}));
		press('right');
		expect(line()).toBe('');
	});

	it('has the history of earlier sessions, and keeps what is run', async () => {
		const {press, line, enter, kept, type} = aLab(aView(), ['ls', 'kubectl get svc', 'kubectl get pods']);
		press('up', 'up');
		expect(line()).toBe('kubectl get svc');
		press('down', 'down');
		expect(line()).toBe('');
		type('l');
		press('up');
		expect(line()).toBe('ls');
		press('ctrl-u');
		enter('pwd');
		enter(' secret');
		expect(kept).toEqual(['pwd']);
	});

	it('keeps letters out of the lab\u2019s hands: every one of them is typed', () => {
		const {type, line, run} = aLab();
		type('nbhq jkl xyz 123 ?');
		expect(line()).toBe('nbhq jkl xyz 123 ?');
		expect(run.asked).toEqual([]);
	});
});

describe('the help', () => {
	const letters = [...'abcdefghijklmnopqrstuvwxyz'].map(letter => `ctrl-${letter}` as const);
	const named = ['enter', 'escape', 'tab', 'shift-tab', 'up', 'down', 'page-up', 'page-down'] as const;
	/** Keys of the line, which the help has in a paragraph of their own. */
	const ofTheLine = [...'abcdefhkuwy'].map(letter => `ctrl-${letter}`);

	/** The keys that the help lists now, by the names that `press` knows; several that do one thing are together. */
	function listed(lab: Prepared['lab']): string[][] {
		const names: Record<string, string[]> = {
			'⏎': ['enter'],
			'↑↓': ['up', 'down'],
			'PgUp PgDn': ['page-up', 'page-down'],
			Esc: ['escape'],
			Tab: ['tab', 'shift-tab'],
			'Shift-Tab': ['shift-tab'],
			'?': ['ctrl-g'],
		};
		return keyHints(lab.store.get(), unicodeSymbols).flatMap(({key}) => {
			if (names[key]) return [names[key]];
			return key.startsWith('^') ? [[`ctrl-${key[1]!.toLowerCase()}`]] : [];
		});
	}

	/** Everything but a sentence to the learner: that one cannot go on is no thing that a key does. */
	const what = (lab: Prepared['lab']) =>
		Object.entries(lab.store.get()).filter(([name, value]) => name !== 'note' && value !== undefined);

	type Prepared = ReturnType<typeof aLab>;
	const many = {
		...noMetrics,
		rowKeys: ['a', 'b'],
		storyTotal: 50,
		storyRows: 5,
		clusterRows: 5,
		outputTotal: 9,
		outputRows: 2,
	};
	const states: [string, () => Prepared][] = [
		['at an empty line', () => aLab(aView({step: aStep({moreHints: true}), stepIndex: 1}), ['earlier'])],
		[
			'while something is typed',
			() => {
				const opened = aLab(aView(), ['kubectl get pods']);
				opened.type('kub');
				return opened;
			},
		],
		['in a solved step', () => aLab(aView({step: aStep({solved: true})}), ['earlier'])],
		[
			'in the cluster pane',
			() => {
				const opened = aLab(aView(), ['earlier']);
				opened.press('tab', 'tab');
				return opened;
			},
		],
	];

	it.each(states)('lists exactly the keys that do something %s', (_name, open) => {
		const works = [...named, ...letters].filter(key => {
			const {lab, run, press, left} = open();
			lab.drawn(many);
			const before = what(lab);
			const asked = run.asked.length;
			press(key);
			return key === 'ctrl-l' || run.asked.length > asked || left.length > 0 || !isDeepStrictEqual(what(lab), before);
		});
		const {lab} = open();
		lab.drawn(many);
		const known = new Set([...listed(lab).flat(), ...ofTheLine]);
		expect(works.filter(key => !known.has(key))).toEqual([]);
		expect(listed(lab).filter(keys => !keys.some(key => works.includes(key as 'enter')))).toEqual([]);
	});
});

describe('moving about', () => {
	it('turns a small terminal\u2019s panes with Tab, and any letter is back at the prompt', () => {
		const {lab, press, type} = aLab();
		lab.drawn({...noMetrics, small: true, rowKeys: ['a', 'b']});
		press('tab');
		expect(lab.store.get().shown).toBe('cluster');
		press('down', 'down');
		expect(lab.store.get().selected).toBe('b');
		type('k');
		expect(lab.store.get().focus).toBe('prompt');
		expect(lab.store.get().shown).toBe('cluster');
	});

	it('turns a small terminal to the cluster when a command runs, and to the output when that is long', async () => {
		const {lab, enter, running, settle} = aLab();
		lab.drawn({...noMetrics, small: true});
		enter('short');
		running[0]?.print('one\n');
		running[0]?.end(0);
		await settle();
		expect(lab.store.get().shown).toBe('cluster');
		enter('long');
		running[1]?.print('line\n'.repeat(20));
		running[1]?.end(0);
		await settle();
		expect(lab.store.get().shown).toBe('output');
	});

	it('does not move the output under the eyes of who has scrolled back in it', () => {
		const {lab, press, enter, running} = aLab();
		enter('long');
		running[0]?.print('line\n'.repeat(100));
		lab.drawn({...noMetrics, outputRows: 10, outputTotal: 101});
		press('shift-tab', 'up', 'up', 'up');
		expect(lab.store.get().outputBack).toBe(3);
		running[0]?.print('more\n'.repeat(5));
		expect(lab.store.get().outputBack).toBe(8);
	});

	it('goes through the rows of the cluster by what fits of them', () => {
		const {lab, press} = aLab();
		const rowKeys = Array.from({length: 5000}, (_, index) => `pod-${index}`);
		lab.drawn({...noMetrics, rowKeys, clusterRows: 22});
		press('tab', 'tab', 'down', 'page-down', 'page-down');
		expect(lab.store.get().selected).toBe('pod-40');
		press('page-up');
		expect(lab.store.get().selected).toBe('pod-20');
	});

	it('scrolls no further than there is something', () => {
		const {lab, press} = aLab();
		lab.drawn({...noMetrics, storyTop: 0, storyRows: 10, storyTotal: 25});
		press('page-up');
		expect(lab.store.get().story).toBe(0);
		press('page-down');
		expect(lab.store.get().story).toBe(8);
		lab.drawn({...noMetrics, storyTop: 8, storyRows: 10, storyTotal: 25});
		press('page-down');
		expect(lab.store.get().story).toBe(15);
	});
});

describe('the view of the cluster', () => {
	it('turns to the EndpointSlices and back by Ctrl-V or the word, with half a command on the line', () => {
		const {lab, press, type, enter, line, running} = aLab();
		type('kubectl');
		press('ctrl-v');
		expect(lab.store.get().form).toBe('slices');
		expect(line()).toBe('kubectl');
		press('ctrl-v');
		expect(lab.store.get().form).toBe('table');
		press('ctrl-v', 'ctrl-u');
		expect(lab.store.get().form).toBe('joined');
		enter('slices');
		expect(lab.store.get().form).toBe('slices');
		expect(running).toEqual([]);
	});

	it('shows only the rows with a text after filter, and all again after filter alone or in the next step', () => {
		const {lab, run, enter, running} = aLab();
		enter('filter  10.244.1');
		expect(lab.store.get().filter).toBe('10.244.1');
		enter('filter');
		expect(lab.store.get().filter).toBe('');
		enter('filter api');
		run.set({...run.view(), stepIndex: 1, step: aStep({id: 'scale'})});
		enter('filterlogs x');
		expect(lab.store.get().filter).toBe('');
		expect(running.map(({line}) => line)).toEqual(['filterlogs x']);
	});

	it('comes into sight where only one pane fits', () => {
		const {lab, press} = aLab();
		press('ctrl-v');
		expect(lab.store.get().shown).toBe('story');
		press('ctrl-v', 'ctrl-v');
		lab.drawn({...noMetrics, small: true});
		press('ctrl-v');
		expect(lab.store.get()).toMatchObject({shown: 'cluster', form: 'slices'});
	});
});

describe('as time goes by', () => {
	it('draws nothing again while nothing recent has grown old', () => {
		const {lab} = aLab();
		let published = 0;
		lab.store.subscribe(() => published++);
		lab.tick();
		expect(published).toBe(0);
	});
});

describe('the lab at work for the learner', () => {
	const step = aStep({commands: ['kubectl get pods', 'kubectl get svc']});

	it('types the commands of the step and runs them one after the other', async () => {
		const {enter, running, settle, run, lab, kept} = aLab(aView({step}));
		enter('show me');
		await settle();
		expect(running.map(({line}) => line)).toEqual(['kubectl get pods']);
		running[0]?.end(0);
		await settle();
		running[1]?.end(0);
		await settle();
		expect(running.map(({line}) => line)).toEqual(['kubectl get pods', 'kubectl get svc']);
		expect(run.asked).toEqual(['helped shown', 'ran kubectl get pods', 'ran kubectl get svc']);
		expect(lab.store.get()).toMatchObject({guide: undefined, editor: {characters: []}});
		// What it has typed can be had back like what the learner typed.
		expect(kept).toContain('kubectl get svc');
	});

	it('shows only what the learner has not run, and each command before it runs', async () => {
		const {enter, running, settle, lab} = aLab(aView({step}));
		enter('kubectl get pods');
		running[0]?.end(0);
		await settle();
		const lines = new Set<string>();
		lab.store.subscribe(() => lines.add(editorText(lab.store.getSnapshot().editor)));
		enter('show me');
		await settle();
		expect(running.map(({line}) => line)).toEqual(['kubectl get pods', 'kubectl get svc']);
		expect([...lines]).toContain('kubectl ge');
		expect([...lines]).toContain('kubectl get svc');
	});

	it('stops with Escape, and then the keys are the learner’s again', async () => {
		const {enter, running, settle, press, type, line, interrupts, lab} = aLab(aView({step}));
		enter('show me');
		await settle();
		type('x');
		expect(line()).toBe('');
		expect(lab.store.get().note).toBe(text.screen.guide.busy);
		press('escape');
		expect(interrupts()).toBe(1);
		running[0]?.end(130);
		await settle();
		expect(running).toHaveLength(1);
		type('x');
		expect(line()).toBe('x');
	});

	it('asks for the prediction before it shows what comes', () => {
		const {enter, running, run, lab} = aLab(aView({step: {...step, prediction: question}}));
		enter('show me');
		expect(lab.store.get().note).toBe(text.screen.guide.predictFirst(2));
		expect(running).toEqual([]);
		expect(run.asked).toEqual([]);
	});

	it('says so when a command does not go as the lesson says', async () => {
		const {enter, running, settle, lab} = aLab(aView({step}));
		enter('show me');
		await settle();
		running[0]?.end(1);
		await settle();
		expect(running).toHaveLength(1);
		expect(lab.store.get()).toMatchObject({guide: undefined, note: text.screen.guide.failed});
	});

	it('passes a step over by doing it, and goes on once its checks hold', async () => {
		const {enter, running, settle, run, lab} = aLab(aView({step}));
		enter('skip');
		await settle();
		running[0]?.end(0);
		await settle();
		running[1]?.end(0);
		await settle();
		expect(run.asked).toEqual(['helped skipped', 'ran kubectl get pods', 'ran kubectl get svc']);
		expect(lab.store.get().guide).toBe('skipped');
		run.set({...run.view(), step: {...step, solved: true}});
		expect(run.asked.at(-1)).toBe('next');
		expect(run.view().stepIndex).toBe(1);
		expect(lab.store.get().guide).toBeUndefined();
	});

	it('stays in the step when the learner stops it while it waits for the checks', async () => {
		const {enter, running, settle, run, press} = aLab(aView({step: aStep({commands: ['kubectl get pods']})}));
		enter('skip');
		await settle();
		running[0]?.end(0);
		await settle();
		press('escape');
		run.set({...run.view(), step: {...step, solved: true}});
		expect(run.asked).not.toContain('next');
	});
});

describe('beginning again', () => {
	it('asks first, and only y is a yes', () => {
		for (const [word, outcome] of [
			['reset', {reason: 'reset', step: 1}],
			['reset step', {reason: 'reset', step: 1}],
			['reset lesson', {reason: 'restart'}],
		] as const) {
			const {enter, type, press, left, lab, line} = aLab(aView({stepIndex: 1}));
			enter(word);
			expect(lab.store.get().note).toMatch(/again/);
			press('enter');
			type('y');
			expect(left).toEqual([]);
			expect(line()).toBe('y');
			press('ctrl-u');
			enter(word);
			type('y');
			expect(left).toEqual([outcome]);
		}
	});
});

describe('the list of what can be done', () => {
	it('opens with Ctrl-X, is narrowed down by letters, and Enter does what is chosen', () => {
		const {press, type, run, lab, line} = aLab();
		type('half a line');
		press('ctrl-x');
		type('tip');
		press('enter');
		expect(run.asked).toEqual(['hint']);
		expect(lab.store.get().palette).toBeUndefined();
		expect(line()).toBe('half a line');
		press('ctrl-x', 'escape');
		expect(lab.store.get().palette).toBeUndefined();
	});

	it('stays open where nothing fits, and offers nothing that cannot be done', () => {
		const {press, type, lab, left} = aLab(aView({step: solved}));
		press('ctrl-x');
		type('zzz');
		press('enter');
		expect(lab.store.get().palette).toEqual({text: 'zzz', selected: 0});
		press('backspace', 'backspace', 'backspace');
		const offered = paletteEntries(lab.store.get(), text).map(({command}) => command);
		expect(offered).not.toContain('show');
		expect(offered).not.toContain('back');
		expect(offered[0]).toBe('next');
		press('end', 'enter');
		expect(left).toEqual([{reason: 'quit'}]);
	});
});

describe('the search in the history', () => {
	const lines = ['kubectl get pods', 'ls', 'kubectl delete pod a', 'kubectl get svc'];

	it('finds the newest line with a text, with Ctrl-R again an older one, and Enter runs it', () => {
		const {press, type, running, lab} = aLab(aView(), lines);
		press('ctrl-r');
		type('get');
		expect(lab.store.get().search).toEqual({text: 'get', at: 3});
		press('ctrl-r');
		expect(lab.store.get().search).toEqual({text: 'get', at: 0});
		press('ctrl-r');
		expect(lab.store.get().search).toEqual({text: 'get', at: 0});
		press('enter');
		expect(running.map(({line}) => line)).toEqual(['kubectl get pods']);
	});

	it('hands the line to the prompt with any other key, and gives up with Ctrl-C', () => {
		const {press, type, line, running, interrupts} = aLab(aView(), lines);
		press('ctrl-r');
		type('dele');
		press('tab');
		expect(line()).toBe('kubectl delete pod a');
		press('ctrl-u', 'ctrl-r');
		type('get');
		press('ctrl-c');
		expect(line()).toBe('');
		type('x');
		expect(line()).toBe('x');
		expect(running).toEqual([]);
		expect(interrupts()).toBe(0);
	});

	it('says that there is no such line, and finds one again when less is looked for', () => {
		const {press, type, lab} = aLab(aView(), lines);
		press('ctrl-r');
		type('lsx');
		expect(lab.store.get().search?.at).toBe(-1);
		press('backspace');
		expect(lab.store.get().search?.at).toBe(1);
	});
});

describe('looking back in time', () => {
	const entry = (at: number, what: 'command' | 'pod-gone' | 'endpoint-out') => ({at: start + at, what, name: 'x'});
	const timeline = [entry(0, 'command'), entry(50, 'endpoint-out'), entry(90, 'pod-gone')];
	const snapshotAt: SnapshotAt = at =>
		at < start
			? undefined
			: aSnapshot(threePods.slice(at < start + 90 ? 0 : 1), threeAddresses.slice(at < start + 50 ? 0 : 1), at);

	it('shows the moment of the chosen change, and the present again below the newest one or with Escape', () => {
		const {lab, press, enter} = aLab(aView({timeline}), [], snapshotAt);
		enter('timeline');
		expect(lab.store.get().past).toBeUndefined();
		press('up');
		expect(lab.store.get().past).toMatchObject({entry: timeline[2], view: {now: {pods: threePods.slice(1)}}});
		press('up');
		const {past} = lab.store.get();
		expect(past?.view.now.pods).toHaveLength(3);
		expect(past?.view.now.endpoints[0]?.addresses).toHaveLength(2);
		// What this one change did is marked.
		expect(past?.recent.goneAddresses.map(({address}) => address.ip)).toEqual([threeAddresses[0]!.ip]);
		press('down', 'down');
		expect(lab.store.get().past).toBeUndefined();
		press('up', 'escape');
		expect(lab.store.get()).toMatchObject({past: undefined, focus: 'prompt'});
	});

	it('shows the requests of that moment too', () => {
		const requests = {
			service: 'my-service',
			perSecond: 5,
			total: 9,
			failed: 0,
			clients: [],
			answers: [],
			failures: [],
			recent: [],
		};
		const {lab, press, enter} = aLab(aView({timeline, requests}), [], at => ({
			...aSnapshot(threePods, threeAddresses, at),
			requests: {total: 4, counts: [], recent: []},
		}));
		enter('timeline');
		press('up');
		expect(lab.store.get().past?.view.requests?.total).toBe(4);
		expect(lab.store.get().view.requests?.total).toBe(9);
	});

	it('goes on showing that moment while the cluster changes, until a letter is typed', () => {
		const {lab, press, enter, run, type} = aLab(aView({timeline}), [], snapshotAt);
		enter('timeline');
		press('up', 'up');
		run.set({...run.view(), now: aSnapshot([], []), timeline: [...timeline, entry(200, 'pod-gone')]});
		expect(lab.store.get().past?.view.now.pods).toHaveLength(3);
		type('k');
		expect(lab.store.get().past).toBeUndefined();
	});

	it('compares with the remembered moment only what came after it', () => {
		const remembered = aSnapshot(threePods, threeAddresses, start + 60);
		const {lab, press, enter} = aLab(aView({timeline, before: remembered}), [], snapshotAt);
		enter('timeline');
		press('up');
		expect(lab.store.get().past?.view.before).toBe(remembered);
		press('up');
		expect(lab.store.get().past?.view.before).toBeUndefined();
	});

	it('says so where the moment is not known', () => {
		const {lab, press, enter} = aLab(aView({timeline: [entry(-500, 'pod-gone'), ...timeline]}), [], snapshotAt);
		enter('timeline');
		press('up', 'up', 'up', 'up');
		expect(lab.store.get().note).toBe(text.screen.noMoment);
		expect(lab.store.get().past?.entry).toBe(timeline[0]);
	});

	it('comes into sight where only one pane fits', () => {
		const {lab, press, enter} = aLab(aView({timeline}), [], snapshotAt);
		lab.drawn({...noMetrics, small: true});
		enter('timeline');
		expect(lab.store.get()).toMatchObject({shown: 'timeline', focus: 'timeline'});
		press('escape');
		expect(lab.store.get().shown).toBe('cluster');
	});
});
