import {basename, resolve} from 'node:path';
import type {LineRunner} from '../clusters/line-runner.ts';
import type {RunActions, RunView} from '../engine/view.ts';
import type {Text} from '../text/text.ts';
import {clockCommands, type LabClock} from './clock-keys.ts';
import {completion} from './completion.ts';
import {type Edit, edited, editorText, emptyEditor, pastedText} from './editor.ts';
import {type HistoryStore, moved, withLine} from './history.ts';
import {
	type ClockCommand,
	type Command,
	clockCommandOf,
	clockKeys,
	clockSigns,
	commandKeys,
	commandOf,
	filterOf,
	type KeyName,
	type KeyPress,
} from './keys.ts';
import {
	firstState,
	hasLooked,
	type LabState,
	type Metrics,
	momentOf,
	noMetrics,
	printed,
	suggested,
	withView,
} from './lab-state.ts';
import {otherPane, paged, scrolled} from './moving.ts';
import {closeOpen, emptyOutput, type Output, outputLines, withCommand, withNote, withText} from './output.ts';
import {createStore, type Store} from './store.ts';
import {wantsTerminal} from './terminal-commands.ts';
import {recentWithout} from './view/recent.ts';

/** A lesson run as the screen drives it. */
export type ScreenRun = {
	view(): RunView;
	/** Calls back whenever there is a new view; returns the way to end that. */
	subscribe(listener: () => void): () => void;
	actions: RunActions;
};

/** How the learner left: after the last step, or before. */
export type Outcome = {reason: 'finished' | 'quit'};

export type LabOptions = {
	run: ScreenRun;
	runner: Pick<LineRunner, 'run' | 'runInTerminal' | 'interrupt' | 'cwd'>;
	history: HistoryStore;
	text: Text;
	/** ms since 1970. */
	now: () => number;
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

/** Edits of the line that stand for a key, as readline has them. */
const editKeys: Partial<Record<KeyName, Edit['type']>> = {
	backspace: 'backspace',
	'ctrl-h': 'backspace',
	delete: 'delete',
	left: 'left',
	'ctrl-b': 'left',
	right: 'right',
	'ctrl-f': 'right',
	home: 'home',
	'ctrl-a': 'home',
	end: 'end',
	'ctrl-e': 'end',
	'word-left': 'word-left',
	'word-right': 'word-right',
	'alt-backspace': 'kill-word',
	'ctrl-w': 'kill-word',
	'alt-d': 'kill-word-right',
	'ctrl-u': 'kill-to-start',
	'ctrl-k': 'kill-to-end',
	'ctrl-y': 'yank',
};

/** Opens the lab over a run. It draws nothing itself. */
export function createLab({
	run,
	runner,
	history,
	text,
	now,
	withTerminal,
	files,
	columns,
	redraw,
	leave,
	clock,
}: LabOptions): Lab {
	const home = runner.cwd();
	const store = createStore<LabState>({...firstState(run.view(), history.lines), speed: clock?.speed()});
	let metrics: Metrics = noMetrics;
	let closed = false;
	/** Enter has brought the present step's explanation into view; the next one goes on. */
	let explained = false;

	const change = (part: Partial<LabState>) => store.set(state => suggested({...state, ...part}));
	const print = (chunk: string) => store.update(state => printed(state, withText(state.output, chunk)));

	const unsubscribe = run.subscribe(() => {
		const view = run.view();
		if (view.step.id !== store.get().view.step.id) explained = false;
		store.update(state => withView(state, view));
	});

	const time = clock && clockCommands(clock, text, note => change({note}));
	const forgetClock = clock?.subscribe(() => {
		time?.told(clock.speed());
		change({speed: clock.speed()});
	});
	const hold = (what: ClockCommand) => time?.run(what);

	function explain(): void {
		explained = true;
		change({story: 'explanation', shown: 'story', focus: 'prompt'});
	}

	function edit(what: Edit): void {
		const {editor, history: position} = store.get();
		change({editor: edited(editor, what), focus: 'prompt', history: {...position, at: position.lines.length}});
	}

	function command(name: Command): void {
		const {view} = store.get();
		switch (name) {
			case 'next': {
				const missing = view.step.checks.find(({state}) => state !== 'passed');
				if (view.finished) leave({reason: 'finished'});
				else if (view.step.solved) run.actions.next();
				else if (momentOf({view}) === 'look') {
					run.actions.next();
					change({story: 'explanation', shown: 'story'});
				} else change({note: text.screen.notSolved(missing?.waiting ?? missing?.text ?? view.step.title)});
				break;
			}
			case 'back':
				if (view.stepIndex === 0 && !view.finished) change({note: text.screen.firstStep});
				else run.actions.back();
				break;
			case 'hint':
				if (view.step.moreHints) {
					run.actions.hint();
					change({story: 'hints', shown: 'story'});
				} else change({note: text.screen.noMoreHints});
				break;
			case 'slices': {
				const form = store.get().form === 'slices' ? 'joined' : 'slices';
				change({form, ...(metrics.small ? {shown: 'cluster'} : {})});
				break;
			}
			case 'help':
				change({help: 0});
				break;
			case 'clear':
				change({output: emptyOutput, outputBack: 0});
				redraw();
				break;
			case 'quit':
				leave({reason: view.finished ? 'finished' : 'quit'});
				break;
		}
		// What the learner asked of the run shows at once, not with the next batch.
		store.set(state => withView(state, run.view()));
	}

	/** Enter: a lab word, a command for the shell, or on an empty line whatever goes on. */
	function enter(): void {
		const {editor, history: position, running, queue} = store.get();
		const line = editorText(editor);
		if (line.trim() === '') {
			change({editor: emptyEditor});
			const moment = momentOf(store.get());
			// What there is to say about a solved step is not passed over.
			if (moment === 'solved' && store.get().view.step.explanation && !metrics.explanationShown && !explained)
				explain();
			else if (moment === 'solved' || moment === 'look' || moment === 'finished') command('next');
			return;
		}
		change({editor: emptyEditor, history: withLine(position, line), focus: 'prompt'});
		if (!line.startsWith(' ')) history.add(line);
		if (running) change({queue: [...queue, line]});
		else void runLine(line);
	}

	/** Runs a line, and after it whatever has been typed ahead meanwhile. */
	async function runLine(line: string): Promise<void> {
		const word = commandOf(line.trim());
		const clockWord = clockCommandOf(line.trim());
		const filter = filterOf(line.trim());
		if (word) command(word);
		else if (time && clockWord) hold(clockWord);
		else if (filter !== undefined) change({filter, selected: undefined, ...(metrics.small ? {shown: 'cluster'} : {})});
		else await execute(line);
		const [following, ...rest] = store.get().queue;
		if (closed || following === undefined) return;
		change({queue: rest});
		await runLine(following);
	}

	async function execute(line: string): Promise<void> {
		const terminal = wantsTerminal(line);
		run.actions.ran(line.trim());
		store.set(state =>
			suggested({
				...state,
				output: withCommand(state.output, line),
				outputBack: 0,
				outputRows: metrics.outputRows,
				// Where only one pane fits, what a command does is to be seen, not what it was about.
				shown: metrics.small && state.shown === 'story' ? 'cluster' : state.shown,
				running: {line, since: now()},
				ran: new Set(state.ran).add(line.trim()),
			}),
		);
		const note = terminal ? await inTerminal(line) : await streaming(line);
		if (closed) return;
		const folder = runner.cwd() === home ? '' : basename(runner.cwd()) || runner.cwd();
		store.set(state => {
			const output = note ? withNote(state.output, note) : closeOpen(state.output);
			const done = {...state, output, running: undefined, folder, shown: afterRun(state, output)};
			return suggested(hasLooked(done, line) ? {...done, story: 'explanation'} : done);
		});
	}

	/** A small terminal turns to the output when that is longer than the strip below the other panes. */
	function afterRun(state: LabState, output: Output): LabState['shown'] {
		return metrics.small && outputLines(output).length - output.lastCommand > 7 ? 'output' : state.shown;
	}

	async function streaming(line: string): Promise<string> {
		try {
			const {code, signal, interrupted} = await runner.run(line, {
				columns: columns(),
				onOutput: print,
			});
			if (interrupted || signal === 'SIGINT' || code === 130) return text.screen.interrupted;
			return code === 0 ? '' : text.screen.exitCode(code);
		} catch (error) {
			return text.screen.notStarted(error instanceof Error ? error.message : String(error));
		}
	}

	async function inTerminal(line: string): Promise<string> {
		let note = '';
		await withTerminal(async say => {
			try {
				const {code} = await runner.runInTerminal(line);
				if (code !== 0) note = text.screen.exitCode(code);
			} catch (error) {
				note = text.screen.notStarted(error instanceof Error ? error.message : String(error));
			}
			// What went wrong stands on the screen that is about to be hidden.
			if (note) await say(`${note}. ${text.screen.enterReturns}`);
		});
		return note;
	}

	function interrupt(): void {
		const {running, editor, leaving, focus} = store.get();
		if (running) {
			change({queue: []});
			runner.interrupt();
		} else if (editor.characters.length > 0 || focus !== 'prompt') change({editor: emptyEditor, focus: 'prompt'});
		else if (leaving) command('quit');
		else change({leaving: true, note: text.screen.pressAgain});
	}

	function endOfInput(): void {
		const {editor, running} = store.get();
		if (editor.characters.length > 0) edit({type: 'delete'});
		else if (!running) command('quit');
	}

	/** Tab: the rest of the suggestion; without one, as much of the last word as is certain, and what it could be. */
	function complete(typed: string): void {
		const {suggestion, editor, view} = store.get();
		if (suggestion.startsWith(typed)) {
			edit({type: 'set', text: suggestion});
			return;
		}
		if (editor.cursor < editor.characters.length) return;
		const found = completion(typed, {
			snapshot: view.now,
			commands: view.step.commands,
			files: folder => files(resolve(runner.cwd(), folder)),
		});
		if (found && found.text !== typed) edit({type: 'set', text: found.text});
		if (found && found.candidates.length > 0) change({note: found.candidates.join('  ')});
	}

	function tab(back: boolean): void {
		const state = store.get();
		const typed = editorText(state.editor);
		if (typed && !back) complete(typed);
		else change(otherPane(state, metrics, back ? -1 : 1));
	}

	/** Up and Down: the history at the prompt, else what the pane scrolls or selects. */
	function move(by: 1 | -1): void {
		const state = store.get();
		if (state.focus !== 'prompt') {
			change(scrolled(state, metrics, by));
			return;
		}
		const found = moved(state.history, editorText(state.editor), by);
		if (found) change({history: found.history, editor: edited(state.editor, {type: 'set', text: found.text})});
	}

	function pressInHelp(key: KeyPress): void {
		const help = store.get().help ?? 0;
		const furthest = Math.max(0, metrics.helpTotal - metrics.helpRows);
		const by = {up: -1, down: 1, 'page-up': -10, 'page-down': 10}[key.name as string];
		if (by !== undefined) change({help: Math.max(0, Math.min(furthest, help + by))});
		else if (key.name === 'text' && 'text' in key && !['q', '?'].includes(key.text)) {
			change({help: undefined});
			type(key.text);
		} else change({help: undefined});
	}

	function type(typed: string): void {
		const state = store.get();
		const empty = state.editor.characters.length === 0;
		const {prediction} = state.view.step;
		const choice = prediction?.open ? prediction.choices[Number(typed) - 1] : undefined;
		const sign = Object.hasOwn(clockSigns, typed) ? clockSigns[typed] : undefined;
		if (empty && typed === '?') command('help');
		else if (empty && time && sign) hold(sign);
		else if (empty && choice && /^[1-9]$/.test(typed)) {
			run.actions.predict(choice.id);
			store.set(current => withView(current, run.view()));
		} else edit({type: 'insert', text: typed});
	}

	function press(key: KeyPress): void {
		const {leaving, note, help} = store.get();
		if (note !== undefined || leaving) {
			// Whatever else is pressed, the offer to leave is off the table.
			change({note: undefined, leaving: leaving && key.name === 'ctrl-c'});
		}
		if (help !== undefined && key.name !== 'ctrl-d') {
			pressInHelp(key);
			return;
		}
		if ('text' in key) {
			type(key.text);
			return;
		}
		const lab = commandKeys[key.name];
		const held = time && clockKeys[key.name];
		if (lab) command(lab);
		else if (held) hold(held);
		else (otherKeys[key.name] ?? editing)(key.name);
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
		'page-up': () => change(paged(store.get(), metrics, -1)),
		'page-down': () => change(paged(store.get(), metrics, 1)),
	};

	function editing(name: KeyName): void {
		const {editor, suggestion} = store.get();
		const atEnd = editor.cursor === editor.characters.length;
		const forward = ['right', 'ctrl-f'].includes(name) || (editor.cursor > 0 && ['end', 'ctrl-e'].includes(name));
		const type = editKeys[name];
		// As in fish: to the right of the end lies the rest of the suggestion.
		if (atEnd && suggestion && forward) edit({type: 'set', text: suggestion});
		else if (type) edit({type} as Edit);
	}

	return {
		store,
		press,
		paste(pasted) {
			const clean = pastedText(pasted);
			if (clean) edit({type: 'insert', text: clean});
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
