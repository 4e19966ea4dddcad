import {realTime} from '../observe/time.ts';
import {playLines} from '../plain/play-event.ts';
import {playLesson} from '../plain/play-lesson.ts';
import {askedThrowaway, chooseCluster, kindOptions} from './cluster-choice.ts';
import type {Context, ExitCode} from './context.ts';
import {seedOf} from './drill.ts';
import type {PlayOptions} from './program.ts';
import {openShared, withThrowaway} from './throwaway.ts';
import {openableLesson} from './trust.ts';

/** `endpoint-lab play`: a lesson by its own commands, on a cluster of its own, without a screen. */
export async function play(name: string, options: PlayOptions, context: Context): Promise<ExitCode> {
	const {text, language, print} = context;
	const cluster = await chooseCluster(askedThrowaway(options.cluster, context), context);
	const kind = kindOptions(options, cluster, text);
	const lesson = await openableLesson(name, context);
	const seed = seedOf(options.seed, lesson, text);
	await using shared = await openShared(cluster, {kind, images: lesson.images, yes: options.yes}, context);
	return await withThrowaway(lesson, {speed: 1, shared: shared.cluster, seed}, context, async place => {
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
