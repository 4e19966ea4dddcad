import {basename, resolve} from 'node:path';
import type {LineRunner} from '../clusters/line-runner.ts';
import type {RunActions, RunView} from '../engine/view.ts';
import type {Text} from '../text/text.ts';
import {completion} from './completion.ts';
import {type Edit, edited, editorText, emptyEditor, pastedText} from './editor.ts';
import {type HistoryStore, historyOf, moved, withLine} from './history.ts';
import {type Command, commandKeys, commandOf, type KeyName, type KeyPress} from './keys.ts';
import {type LabState, type Metrics, momentOf, noMetrics, panes} from './lab-state.ts';
import {closeOpen, emptyOutput, type Output, outputLines, withCommand, withNote, withText} from './output.ts';
import {createStore, type Store} from './store.ts';
import {suggestionFor} from './suggestion.ts';
import {wantsTerminal} from './terminal-commands.ts';
import {nothingRecent, recentAfter, recentWithout} from './view/recent.ts';

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
	leave: (outcome: Outcome) => void;
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
export function createLab({run, runner, history, text, now, withTerminal, files, columns, leave}: LabOptions): Lab {
	const home = runner.cwd();
	const first = settled(run.view());
	const store = createStore<LabState>(
		suggested({
			view: first,
			recent: nothingRecent,
			output: emptyOutput,
			editor: emptyEditor,
			history: historyOf(history.lines),
			focus: 'prompt',
			shown: 'story',
			story: 0,
			outputBack: 0,
			outputRows: 0,
			queue: [],
			ran: new Set(),
			folder: '',
			suggestion: '',
			leaving: false,
		}),
	);
	let metrics: Metrics = noMetrics;
	let closed = false;
	/** Enter has brought the present step's explanation into view; the next one goes on. */
	let explained = false;

	const change = (part: Partial<LabState>) => store.set(state => suggested({...state, ...part}));
	const print = (print: (output: Output) => Output) =>
		store.update(state => ({...state, output: print(state.output), outputBack: 0}));

	const unsubscribe = run.subscribe(() => {
		const view = run.view();
		if (view.step.id !== store.get().view.step.id) explained = false;
		store.update(state => withView(state, view));
	});

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
			case 'help':
				change({help: 0});
				break;
			case 'clear':
				change({output: emptyOutput, outputBack: 0});
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

	async function runLine(line: string): Promise<void> {
		const word = commandOf(line.trim());
		if (word) {
			command(word);
			return;
		}
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
		const {queue} = store.get();
		const [following, ...rest] = queue;
		const folder = runner.cwd() === home ? '' : basename(runner.cwd()) || runner.cwd();
		store.set(state => {
			const output = note ? withNote(state.output, note) : closeOpen(state.output);
			const done = {...state, output, running: undefined, queue: rest, folder, shown: afterRun(state, output)};
			return suggested(hasLooked(done, line) ? {...done, story: 'explanation'} : done);
		});
		if (following !== undefined) await runLine(following);
	}

	/** A small terminal turns to the output when that is longer than the strip below the other panes. */
	function afterRun(state: LabState, output: Output): LabState['shown'] {
		return metrics.small && outputLines(output).length - output.lastCommand > 7 ? 'output' : state.shown;
	}

	async function streaming(line: string): Promise<string> {
		try {
			const {code, signal, interrupted} = await runner.run(line, {
				columns: columns(),
				onOutput: chunk => print(output => withText(output, chunk)),
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
		if (typed && !back) {
			complete(typed);
			return;
		}
		const step = back ? -1 : 1;
		if (metrics.small) {
			const shown = panes[(panes.indexOf(state.shown) + step + panes.length) % panes.length]!;
			change({shown, focus: shown === 'story' && state.focus === 'prompt' ? 'prompt' : shown, selected: undefined});
			return;
		}
		const ring = ['prompt', ...panes] as const;
		const focus = ring[(ring.indexOf(state.focus) + step + ring.length) % ring.length]!;
		change({focus, selected: undefined});
	}

	/** Moves what the arrows move: the history, a scrolled text, or the selected row. */
	function move(by: 1 | -1): void {
		const state = store.get();
		if (state.focus === 'prompt') {
			const found = moved(state.history, editorText(state.editor), by);
			if (found) change({history: found.history, editor: edited(state.editor, {type: 'set', text: found.text})});
		} else if (state.focus === 'cluster') {
			const keys = metrics.rowKeys;
			const at = state.selected === undefined ? (by > 0 ? -1 : keys.length) : keys.indexOf(state.selected);
			change({selected: keys[Math.max(0, Math.min(keys.length - 1, at + by))]});
		} else scroll(by);
	}

	function scroll(by: number): void {
		const {focus, shown, outputBack} = store.get();
		const pane = focus === 'prompt' ? (metrics.small ? shown : 'story') : focus;
		if (pane === 'output') {
			const furthest = Math.max(0, metrics.outputTotal - metrics.outputRows);
			change({outputBack: Math.max(0, Math.min(furthest, outputBack - by))});
		} else if (pane === 'story') {
			const furthest = Math.max(0, metrics.storyTotal - metrics.storyRows);
			change({story: Math.max(0, Math.min(furthest, metrics.storyTop + by))});
		} else {
			const keys = metrics.rowKeys;
			const at = keys.indexOf(store.get().selected ?? '');
			change({focus: 'cluster', selected: keys[Math.max(0, Math.min(keys.length - 1, at + by))]});
		}
	}

	function page(by: 1 | -1): void {
		const {focus, shown} = store.get();
		const pane = focus === 'prompt' ? (metrics.small ? shown : 'story') : focus;
		scroll(by * Math.max(1, (pane === 'output' ? metrics.outputRows : pane === 'story' ? metrics.storyRows : 10) - 2));
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
		if (empty && typed === '?') command('help');
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
		if (lab) command(lab);
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
		'page-up': () => page(-1),
		'page-down': () => page(1),
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
			store.set(state => ({...state, recent: recentWithout(state.recent, now(), state.view.before?.at)}));
		},
		close() {
			closed = true;
			unsubscribe();
			store.close();
		},
	};
}

/** The state with what its prompt proposes. */
function suggested(state: LabState): LabState {
	const commands = state.view.finished ? [] : state.view.step.commands;
	const typed = editorText(state.editor);
	const suggestion =
		momentOf(state) === 'predict' && !typed ? '' : suggestionFor(typed, commands, state.ran, state.history.lines);
	return suggestion === state.suggestion ? state : {...state, suggestion};
}

/** Whether all that a step which only looks proposes to look at has been looked at, and `line` was the last of it. */
function hasLooked({view, ran}: LabState, line: string): boolean {
	const {looking, solved, commands} = view.step;
	return looking && solved && commands.includes(line.trim()) && commands.every(command => ran.has(command));
}

/** The state with a new view of the run: another step starts afresh, a step just solved shows what there is to say. */
function withView(state: LabState, given: RunView): LabState {
	const view = settled(given);
	if (view === state.view) return state;
	const sameStep = view.step.id === state.view.step.id && view.finished === state.view.finished;
	// What the first listing brings has not just come.
	const listed = state.view.observe.state === 'listing';
	const recent = listed ? state.recent : recentAfter(state.recent, state.view.now, view.now);
	const next: LabState = {...state, view, recent};
	if (!sameStep)
		return suggested({...next, story: 0, shown: 'story', ran: new Set(), selected: undefined, note: undefined});
	const solvedNow = view.step.solved && !state.view.step.solved;
	// A step that only looks is solved by its first command; its story stays until the others have been run.
	const leftToLook = view.step.looking && view.step.commands.some(command => !state.ran.has(command));
	return suggested(solvedNow && view.step.explanation && !leftToLook ? {...next, story: 'explanation'} : next);
}

const settledViews = new WeakMap<RunView, RunView>();

/** Until the first listing has come nothing is known: what held is not called broken, nor what was there gone. */
function settled(view: RunView): RunView {
	if (view.observe.state !== 'listing') return view;
	const known = settledViews.get(view);
	if (known) return known;
	const checks = view.step.checks.map(check =>
		check.state === 'broken' ? {...check, state: 'waiting' as const, waiting: undefined} : check,
	);
	const result = {...view, before: undefined, step: {...view.step, checks}};
	settledViews.set(view, result);
	return result;
}
