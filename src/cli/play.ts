import {realTime} from '../observe/time.ts';
import {playLines} from '../plain/play-event.ts';
import {playLesson} from '../plain/play-lesson.ts';
import {chooseCluster} from './cluster-choice.ts';
import type {Context, ExitCode} from './context.ts';
import type {RunOptions} from './program.ts';
import {withThrowaway} from './throwaway.ts';
import {openableLesson} from './trust.ts';

/** `endpoint-lab play`: a lesson by its own commands, on a cluster of its own, without a screen. */
export async function play(name: string, options: RunOptions, context: Context): Promise<ExitCode> {
	const {text, language, print} = context;
	chooseCluster(options.cluster, text);
	const lesson = await openableLesson(name, context);
	return await withThrowaway(lesson, {speed: 1}, context, async place => {
		const passed = await playLesson({
			...place,
			language,
			text,
			time: realTime,
			emit(event) {
				for (const line of options.json ? [JSON.stringify(event)] : playLines(event, text)) print(line);
			},
		});
		return context.signal.aborted ? 130 : passed ? 0 : 1;
	});
}
