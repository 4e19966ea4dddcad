import type {Help} from '../engine/run-state.ts';
import {showStep} from '../engine/show-step.ts';
import type {Ended} from '../engine/solve-steps.ts';
import type {Desk} from './desk.ts';
import {edited, emptyEditor} from './editor.ts';
import {charactersOf} from './view/line.ts';
import {predictionIsOpen} from './view/story-pane.ts';

export type GuideOptions = {
	perform: (line: string) => Promise<Ended>;
	/** Keeps a line in the prompt's history. */
	remember: (line: string) => void;
};

/** How fast the lab types: so much a character, but no longer than that for a whole line, ms. */
const TYPING = {character: 28, line: 1500, beforeEnter: 500};

/** The lab at the learner's place: it shows how a step is done, or does it to pass it over. */
export type Guide = {
	start(how: Help): void;
	/** Stops; false when nothing was going on. */
	stop(): boolean;
	/** Goes on once the step that is passed over is solved. */
	look(): void;
};

/** Makes the part of the lab that types for the learner. */
export function createGuide({run, store, text, pause, change}: Desk, {perform, remember}: GuideOptions): Guide {
	const words = text.screen.guide;
	/** `ran`: all commands have, and only the checks are waited for. */
	let going: {stop: AbortController; step: string; how: Help; ran: boolean} | undefined;
	const end = (note?: string) => {
		going = undefined;
		change({guide: undefined, editor: emptyEditor, ...(note === undefined ? {} : {note})});
	};

	async function type(line: string, signal: AbortSignal): Promise<void> {
		const characters = charactersOf(line);
		const each = Math.min(TYPING.character, TYPING.line / characters.length);
		for (const character of characters) {
			if (signal.aborted) return;
			store.set(state => ({...state, editor: edited(state.editor, {type: 'insert', text: character})}));
			await pause(each);
		}
		await pause(TYPING.beforeEnter);
		if (signal.aborted) return;
		change({editor: emptyEditor});
		remember(line);
	}

	async function work(how: Help): Promise<void> {
		const stop = new AbortController();
		const {signal} = stop;
		const {step} = store.get().view;
		going = {stop, step: step.id, how, ran: false};
		run.actions.helped(how);
		change({guide: how, editor: emptyEditor, focus: 'prompt'});
		const ended = await showStep({
			run,
			ran: store.get().ran,
			announce: line => (how === 'shown' ? type(line, signal) : Promise.resolve()),
			execute: perform,
			signal,
		});
		if (going?.stop !== stop) return;
		going.ran = true;
		if (ended === 'commands-incomplete') end(words.incomplete);
		else if (ended === 'command-failed') end(words.failed);
		else if (how === 'shown') end();
		else if (store.get().view.step.id !== step.id) end();
		else change({note: words.waiting});
		look();
	}

	function look(): void {
		if (!going?.ran) return;
		const {step} = run.view();
		if (step.id !== going.step) end();
		else if (step.solved) {
			end();
			run.actions.next();
		}
	}

	return {
		start(how) {
			const {view, running} = store.get();
			if (going || running) change({note: words.busy});
			else if (how === 'shown' && view.step.solved) change({note: words.solved});
			else if (how === 'skipped' && view.step.solved) run.actions.next();
			else if (how === 'shown' && predictionIsOpen(view.step))
				change({note: words.predictFirst(view.step.prediction?.choices.length ?? 0)});
			else void work(how);
		},
		stop() {
			if (!going) return false;
			going.stop.abort();
			end(words.stopped);
			return true;
		},
		look,
	};
}
