import type {Step} from './lesson.ts';
import type {LessonFile} from './lesson-file.ts';
import type {LanguageFile, Passage} from './markdown.ts';
import type {YamlFile, YamlPath} from './yaml-file.ts';

type Drills = NonNullable<LessonFile['drills']>;

/** The step with drills, completed by the drawn kind: both are compiled already. */
export function completeStep(
	step: Step,
	kind: Pick<Step, 'commands' | 'hints' | 'wrong'>,
	answer: string | undefined,
): Step {
	return {
		...step,
		drill: true,
		predict: step.predict && {choices: step.predict.choices, answer: answer ?? step.predict.answer},
		commands: kind.commands,
		// A drill's own hints know more.
		hints: [...kind.hints, ...step.hints],
		wrong: [...step.wrong, ...kind.wrong],
	};
}

/**
 * A language file as it stands for one kind of drill: below the steps it has one heading for each kind, whose hints and
 * explanation, under its title, go to the step with drills. Reports headings that are missing.
 */
export function withDrillWords(
	words: LanguageFile,
	{step, kinds}: Drills,
	drawn: string,
	complain: (line: number, message: string) => void,
): LanguageFile {
	const isKind = (id: string) => kinds.some(kind => kind.id === id);
	const found = words.steps.filter(({id}) => isKind(id)).map(({id}) => id);
	const wanted = kinds.map(({id}) => id);
	const first = words.steps.find(({id}) => isKind(id));
	if (found.join() !== wanted.join()) {
		complain(
			first?.line ?? 1,
			`the drills here are ${found.join(', ') || 'none'}; lesson.yaml has ${wanted.join(', ')}`,
		);
	}
	const kind = words.steps.find(({id}) => id === drawn);
	if (kind && kind.story.text !== '') complain(kind.story.line, `the story is that of step ${step}; a drill has none`);
	const steps = words.steps.filter(({id}) => !isKind(id));
	if (!kind) return {...words, steps};
	return {
		...words,
		steps: steps.map(passages => {
			if (passages.id !== step) return passages;
			const {hints, afterwards} = passages.sections;
			const {hints: kindHints, afterwards: kindAfterwards} = kind.sections;
			if (afterwards) complain(afterwards.line, `the explanation of step ${step} is that of the drill`);
			return {
				...passages,
				sections: {
					...passages.sections,
					...((hints || kindHints) && {
						hints: {
							line: (hints ?? kindHints)!.line,
							prose: hints?.prose ?? {text: '', line: passages.line},
							items: [...(hints?.items ?? []), ...(kindHints?.items ?? [])],
						},
					}),
					...(kindAfterwards && {
						afterwards: {...kindAfterwards, prose: underTitle(kind.title, kindAfterwards.prose)},
					}),
				},
			};
		}),
	};
}

/** The lines keep their numbers. */
function underTitle(title: string, {text, line}: Passage): Passage {
	return {text: `**${title}**\n\n${text}`, line: line - 2};
}

/** What the schema cannot say of drills: lists whose rows differ, answers and hints that nobody has. */
export function checkDrills({steps, drills}: LessonFile, at: YamlFile['at']): void {
	for (const [index, {id, commands, predict}] of steps.entries()) {
		if (id === drills?.step) {
			if (commands) at(['steps', index, 'commands'], `the commands of step "${id}" are those of its drills`);
			if (predict?.answer)
				at(['steps', index, 'predict', 'answer'], `the answer of step "${id}" is that of its drills`);
			continue;
		}
		if (!commands) at(['steps', index], 'the step lacks "commands"');
		if (predict && !predict.answer) at(['steps', index, 'predict'], '"predict" lacks "answer"');
	}
	if (!drills) return;
	const step = steps.find(({id}) => id === drills.step);
	if (!step) {
		at(['drills', 'step'], `there is no step "${drills.step}"`);
		return;
	}
	checkDraw(drills.draw, ['drills', 'draw'], at);
	for (const [index, kind] of drills.kinds.entries()) {
		const here: YamlPath = ['drills', 'kinds', index];
		const taken = [...steps.map(({id}) => id), ...drills.kinds.slice(0, index).map(({id}) => id)];
		if (taken.includes(kind.id)) at([...here, 'id'], `"${kind.id}" is here twice`);
		checkDraw(kind.draw, [...here, 'draw'], at);
		if (step.predict && !step.predict.choices.includes(kind.answer ?? '')) {
			at([...here, ...(kind.answer ? ['answer'] : [])], `the answer must be one of ${step.predict.choices.join(', ')}`);
		}
		for (const [hint, {id}] of (kind.hints ?? []).entries()) {
			const same = [...(step.hints ?? []), ...kind.hints!.slice(0, hint)].some(other => other.id === id);
			if (same) at([...here, 'hints', hint, 'id'], `"${id}" is here twice`);
		}
	}
}

function checkDraw(draw: Drills['draw'], path: YamlPath, at: YamlFile['at']): void {
	for (const [list, rows] of Object.entries(draw ?? {})) {
		const names = Object.keys(rows[0]!).sort().join(', ');
		for (const [index, row] of rows.entries()) {
			const here = [...path, list, index];
			const own = Object.keys(row).sort().join(', ');
			if (own !== names) at(here, `this row has ${own || 'nothing'}; the first one has ${names}`);
			for (const [name, value] of Object.entries(row)) {
				if (!/^\w+$/.test(name)) at([...here, name], `"${name}" must be of letters and digits`);
				const scalar = (typeof value === 'string' && !/[\r\n]/.test(value)) || Number.isInteger(value);
				if (!scalar) at([...here, name], `"${name}" must be a text of one line, or a whole number`);
			}
		}
	}
}
