import type {Desk} from './desk.ts';
import type {Guide} from './guide.ts';
import type {ClockCommand, Command} from './keys.ts';
import {type Form, forms, momentOf, withView} from './lab-state.ts';
import {emptyOutput} from './output.ts';
import {newSearch} from './search.ts';

/** Makes what the lab's own keys and words do; `hold` holds the cluster's time where that is possible. */
export function createCommands(
	{run, text, redraw, leave, store, change, metrics}: Desk,
	{guide, hold}: {guide: Pick<Guide, 'start'>; hold: (what: ClockCommand) => void},
): (name: Command) => void {
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
				if (view.step.moreHints && !view.step.solved) {
					run.actions.hint();
					change({story: 'hints', shown: 'story'});
				} else change({note: text.screen.noMoreHints});
				break;
			case 'show':
			case 'skip':
				// The commands of a lesson wait for what they do.
				if (store.get().speed === 0) hold('resume');
				guide.start(name === 'show' ? 'shown' : 'skipped');
				break;
			case 'reset':
				// Past the last step there is only the whole lesson to begin again.
				if (view.finished) command('restart');
				else change({asked: name, note: text.screen.confirm.reset(view.stepIndex + 1)});
				break;
			case 'restart':
				change({asked: name, note: text.screen.confirm.restart});
				break;
			case 'view':
				turnTo(forms[(forms.indexOf(store.get().form) + 1) % forms.length]!);
				break;
			case 'slices':
			case 'table':
				turnTo(store.get().form === name ? 'joined' : name);
				break;
			case 'timeline':
				change({focus: 'timeline', selected: undefined, ...(metrics().small ? {shown: 'timeline'} : {})});
				break;
			case 'search':
				change({search: newSearch, focus: 'prompt'});
				break;
			case 'palette':
				change({palette: {text: '', selected: 0}, help: undefined});
				break;
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

	function turnTo(form: Form): void {
		change({
			form,
			...(metrics().small && !['cluster', 'timeline'].includes(store.get().shown) ? {shown: 'cluster'} : {}),
		});
	}

	return command;
}
