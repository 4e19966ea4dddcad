import {type Language, languages} from '../text/text.ts';
import type {KeyPress} from './keys.ts';

/** A lesson as the picker lists it. */
export type PickableLesson = {
	id: string;
	minutes: number;
	steps: number;
	/** How many of its steps are solved. */
	solved: number;
	text: Record<Language, {title: string; introduction: string}>;
};

/** A place that lessons can run; `title` says in the learner's language what it is, and for `auto` what it comes to. */
export type ClusterChoice = {id: string; title: Record<Language, string>};

/** What was picked. The caller remembers language and cluster for the next time. */
export type Picked = {lesson: string; language: Language; cluster: string};

export type PickerState = {
	readonly lessons: readonly PickableLesson[];
	readonly clusters: readonly ClusterChoice[];
	readonly selected: number;
	readonly language: Language;
	readonly cluster: number;
	/** Set when the learner is done: what was picked, or null for leaving. */
	readonly outcome?: Picked | null;
};

/** Opens the picker on the first lesson that is not complete. */
export function pickerState(
	lessons: readonly PickableLesson[],
	clusters: readonly ClusterChoice[],
	language: Language,
	cluster: string,
): PickerState {
	return {
		lessons,
		clusters,
		language,
		selected: Math.max(
			0,
			lessons.findIndex(({solved, steps}) => solved < steps),
		),
		cluster: Math.max(
			0,
			clusters.findIndex(({id}) => id === cluster),
		),
	};
}

/** The picker after a key. Letters are free here: nothing is typed. */
export function pressed(state: PickerState, key: KeyPress): PickerState {
	const {lessons, clusters, selected} = state;
	const name = 'text' in key ? key.text : key.name;
	const select = (at: number) => ({...state, selected: Math.max(0, Math.min(lessons.length - 1, at))});
	switch (name) {
		case 'up':
		case 'k':
		case 'ctrl-p':
			return select(selected - 1);
		case 'down':
		case 'j':
		case 'ctrl-n':
			return select(selected + 1);
		case 'page-up':
			return select(selected - 10);
		case 'page-down':
			return select(selected + 10);
		case 'home':
			return select(0);
		case 'end':
			return select(lessons.length - 1);
		case 'l':
			return {...state, language: languages[(languages.indexOf(state.language) + 1) % languages.length]!};
		case 'c':
			return {...state, cluster: (state.cluster + 1) % Math.max(1, clusters.length)};
		case 'enter': {
			const lesson = lessons[selected];
			const cluster = clusters[state.cluster];
			return lesson && cluster
				? {...state, outcome: {lesson: lesson.id, language: state.language, cluster: cluster.id}}
				: state;
		}
		case 'q':
		case 'escape':
		case 'ctrl-c':
		case 'ctrl-d':
			return {...state, outcome: null};
		default:
			return state;
	}
}
