import type {LineRunner} from '../clusters/line-runner.ts';
import type {CompleteCommand} from '../engine/complete-commands.ts';
import type {RunActions, RunView} from '../engine/view.ts';
import type {Text} from '../text/text.ts';
import {clockCommands, type LabClock} from './clock-keys.ts';
import {createCommands} from './commands.ts';
import type {Desk} from './desk.ts';
import {editorText, emptyEditor, pastedText} from './editor.ts';
import {createGuide} from './guide.ts';
import {type HistoryStore, withLine} from './history.ts';
import {
	type ClockCommand,
	clockCommandOf,
	clockKeys,
	clockSigns,
	commandKeys,
	commandOf,
	filterOf,
	type KeyName,
	type KeyPress,
} from './keys.ts';
import {firstState, type LabState, type Metrics, momentOf, noMetrics, suggested, withView} from './lab-state.ts';
import {createModes} from './modes.ts';
import {otherPane, paged, scrolled} from './moving.ts';
import {lookedBack, type Memory} from './past.ts';
import {createPromptKeys} from './prompt-keys.ts';
import {createLines} from './run-lines.ts';
import {createStore, type Store} from './store.ts';
import {recentWithout} from './view/recent.ts';

/** A lesson run as the screen drives it. */
export type ScreenRun = {
	view(): RunView;
	/** Calls back whenever there is a new view; returns the way to end that. */
	subscribe(listener: () => void): () => void;
	actions: RunActions;
	/** The present step's commands; undefined while the cluster has not answered what they need. */
	commands(): CompleteCommand[] | undefined;
} & Memory;

/** How the learner left: after the last step, before it, or to begin a step (by its index) or the lesson again. */
export type Outcome = {reason: 'finished' | 'quit' | 'restart'} | {reason: 'reset'; step: number};

export type LabOptions = {
	run: ScreenRun;
	runner: Pick<LineRunner, 'run' | 'runInTerminal' | 'interrupt' | 'cwd'>;
	history: HistoryStore;
	text: Text;
	/** ms since 1970. */
	now: () => number;
	/** Waits that many ms: the lab types no faster than one can read. */
	pause: (ms: number) => Promise<void>;
	/** Gives the whole terminal away while the callback runs; `say` prints there and waits for Enter. */
	withTerminal: (use: (say: (words: string) => Promise<void>) => Promise<void>) => Promise<void>;
	/** Names in a folder of the learner's files, folders with a `/` at the end; none where it cannot be read. */
	files: (folder: string) => readonly string[];
	/** Columns that a command's output has. */
	columns: () => number;
	/** Draws the whole screen anew, whatever has come to stand on it. */
	redraw: () => void;
	leave: (outcome: Outcome) => void;
	/** The cluster's time, where it can be held. */
	clock?: LabClock | undefined;
};

/** The lab behind the screen: takes key presses, runs commands, holds the state that is drawn. */
export type Lab = {
	store: Store<LabState>;
	press(key: KeyPress): void;
	paste(text: string): void;
	/** Told after each drawing, since scrolling needs to know what fitted. */
	drawn(metrics: Metrics): void;
	/** Lets what is recent grow old; to be called about once a second. */
	tick(): void;
	close(): void;
};

/** Opens the lab over a run. It draws nothing itself. */
export function createLab(options: LabOptions): Lab {
	const {run, history, text, now, leave, clock} = options;
	const store = createStore<LabState>({...firstState(run.view(), history.lines), speed: clock?.speed()});
	let metrics: Metrics = noMetrics;
	let closed = false;
	/** Enter has brought the present step's explanation into view; the next one goes on. */
	let explained = false;

	const change = (part: Partial<LabState>) =>
		store.set(state => {
			const next = suggested({...state, ...part});
			// Whoever leaves the timeline is back in the present.
			if (next.focus === 'timeline' || !(next.past || next.shown === 'timeline')) return next;
			return {...next, past: undefined, shown: next.shown === 'timeline' ? 'cluster' : next.shown};
		});
	const desk: Desk = {...options, store, change, metrics: () => metrics};

	const unsubscribe = run.subscribe(() => {
		const view = run.view();
		if (view.step.id !== store.get().view.step.id) explained = false;
		store.update(state => withView(state, view));
		guide.look();
	});

	const time = clock && clockCommands(clock, text, note => change({note}));
	const forgetClock = clock?.subscribe(() => {
		time?.told(clock.speed());
		change({speed: clock.speed()});
	});
	const hold = (what: ClockCommand) => time?.run(what);

	const lines = createLines(desk, {isClosed: () => closed, isWord});
	const guide = createGuide(desk, {perform: lines.perform, remember});
	const prompt = createPromptKeys(desk);
	const {edit} = prompt;
	const command = createCommands(desk, {guide, hold});
	const pressInMode = createModes(desk, {guide, lines, command, submit, page, type});

	function explain(): void {
		explained = true;
		change({story: 'explanation', shown: 'story', focus: 'prompt'});
	}

	/** Enter: a lab word, a command for the shell, or on an empty line whatever goes on. */
	function enter(): void {
		const line = editorText(store.get().editor);
		if (line.trim() === '') {
			change({editor: emptyEditor});
			const moment = momentOf(store.get());
			// What there is to say about a solved step is not passed over.
			if (moment === 'solved' && store.get().view.step.explanation && !metrics.explanationShown && !explained)
				explain();
			else if (moment === 'solved' || moment === 'look' || moment === 'finished') command('next');
			return;
		}
		submit(line);
	}

	function submit(line: string): void {
		change({editor: emptyEditor, focus: 'prompt'});
		remember(line);
		lines.submit(line);
	}

	function remember(line: string): void {
		change({history: withLine(store.get().history, line)});
		if (!line.startsWith(' ')) history.add(line);
	}

	/** Does what a line means to the lab rather than to the shell; false when it means nothing to it. */
	function isWord(line: string): boolean {
		const word = commandOf(line.trim());
		const clockWord = clockCommandOf(line.trim());
		const filter = filterOf(line.trim());
		if (word) command(word);
		else if (time && clockWord) hold(clockWord);
		else if (filter !== undefined) change({filter, selected: undefined, ...(metrics.small ? {shown: 'cluster'} : {})});
		else return false;
		return true;
	}

	function interrupt(): void {
		const {running, editor, leaving, focus} = store.get();
		if (running) lines.interrupt();
		else if (editor.characters.length > 0 || focus !== 'prompt') change({editor: emptyEditor, focus: 'prompt'});
		else if (leaving) command('quit');
		else change({leaving: true, note: text.screen.pressAgain});
	}

	function endOfInput(): void {
		const {editor, running} = store.get();
		if (editor.characters.length > 0) edit({type: 'delete'});
		else if (!running) command('quit');
	}

	function tab(back: boolean): void {
		const state = store.get();
		const typed = editorText(state.editor);
		if (typed && !back) prompt.complete(typed);
		else change(otherPane(state, metrics, back ? -1 : 1));
	}

	/** Up and Down: the history at the prompt, else what the pane scrolls or selects. */
	function move(by: 1 | -1): void {
		if (store.get().focus === 'prompt') prompt.recall(by);
		else scroll(by);
	}

	/** Scrolls or selects; in the timeline it goes through time. */
	function scroll(by: number): void {
		const state = store.get();
		if (state.focus !== 'timeline') change(scrolled(state, metrics, by));
		else change(lookedBack(state, by, run) ?? {note: text.screen.noMoment});
	}

	function page(by: 1 | -1): void {
		const state = store.get();
		if (state.focus === 'timeline') scroll(by * Math.max(1, metrics.timelineRows - 2));
		else change(paged(state, metrics, by));
	}

	function type(typed: string): void {
		const state = store.get();
		const empty = state.editor.characters.length === 0;
		const {prediction} = state.view.step;
		const choice = prediction?.open ? prediction.choices[Number(typed) - 1] : undefined;
		// Several presses may come in one read.
		const signs = [...typed].flatMap(sign => (Object.hasOwn(clockSigns, sign) ? (clockSigns[sign] ?? []) : []));
		if (empty && typed === '?') command('help');
		else if (empty && time && signs.length === typed.length) signs.forEach(hold);
		else if (empty && choice && /^[1-9]$/.test(typed)) {
			run.actions.predict(choice.id);
			store.set(current => withView(current, run.view()));
		} else edit({type: 'insert', text: typed});
	}

	function press(key: KeyPress): void {
		const {leaving, note, asked} = store.get();
		if (note !== undefined || leaving || asked) {
			// Whatever else is pressed, the offer to leave or to begin again is off the table.
			change({note: undefined, leaving: leaving && key.name === 'ctrl-c', asked: undefined});
		}
		if (asked && 'text' in key && key.text.toLowerCase() === 'y') beginAgain(asked);
		else if (pressInMode(key)) return;
		else if ('text' in key) type(key.text);
		else {
			const lab = commandKeys[key.name];
			const held = time && clockKeys[key.name];
			if (lab) command(lab);
			else if (held) hold(held);
			else (otherKeys[key.name] ?? prompt.press)(key.name);
		}
	}

	function beginAgain(what: 'reset' | 'restart'): void {
		leave(what === 'restart' ? {reason: what} : {reason: what, step: store.get().view.stepIndex});
	}

	const otherKeys: Partial<Record<KeyName, () => void>> = {
		enter,
		'ctrl-c': interrupt,
		'ctrl-d': endOfInput,
		escape: () => change({focus: 'prompt', selected: undefined}),
		tab: () => tab(false),
		'shift-tab': () => tab(true),
		up: () => move(-1),
		down: () => move(1),
		'page-up': () => page(-1),
		'page-down': () => page(1),
	};

	return {
		store,
		press,
		paste(pasted) {
			const clean = pastedText(pasted);
			if (!clean) return;
			if (store.get().guide) change({note: text.screen.guide.busy});
			else {
				change({palette: undefined, search: undefined, help: undefined, asked: undefined, note: undefined});
				edit({type: 'insert', text: clean});
			}
		},
		drawn(latest) {
			metrics = latest;
		},
		tick() {
			store.set(state => {
				const recent = recentWithout(state.recent, (clock ?? {now}).now(), state.view.before?.at);
				return recent === state.recent ? state : {...state, recent};
			});
		},
		close() {
			closed = true;
			unsubscribe();
			forgetClock?.();
			store.close();
		},
	};
}
