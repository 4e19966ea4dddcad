import {loadLessons} from '../lesson/find-lessons.ts';
import {realTime} from '../observe/time.ts';
import {type ProofEvent, proofLine} from '../plain/proof-event.ts';
import {testLesson} from '../plain/test-lesson.ts';
import {chooseCluster} from './cluster-choice.ts';
import type {Context, ExitCode} from './context.ts';
import {lessonOrFolder} from './lesson-named.ts';
import type {TestOptions} from './program.ts';
import {withThrowaway} from './throwaway.ts';
import {askToTrust, isFromElsewhere} from './trust.ts';

/** Checks look at state, which does not depend on how fast it came about. */
const proofSpeed = 10;

/** `endpoint-lab test`: proves lessons both ways, each on a cluster of its own. */
export async function test(names: string[], options: TestOptions, context: Context): Promise<ExitCode> {
	const {text, print, signal} = context;
	chooseCluster(options.cluster, text);
	const lessons = names.length > 0 ? names.map(name => lessonOrFolder(name, text)) : loadLessons();
	for (const [index, name] of names.entries()) {
		const lesson = lessons[index]!;
		if (!options.yes && isFromElsewhere(lesson)) await askToTrust(lesson, name, context);
	}
	const emit = (event: ProofEvent) => print(options.json ? JSON.stringify(event) : proofLine(event, text));
	const failed: string[] = [];
	for (const lesson of lessons) {
		const prove = () =>
			withThrowaway(lesson, {speed: proofSpeed}, context, place =>
				testLesson({...place, lesson, text, time: realTime, emit}),
			);
		if (!(await prove())) failed.push(lesson.id);
		if (signal.aborted) return 130;
	}
	emit({event: 'end', passed: failed.length === 0, lessons: lessons.length, failed});
	return failed.length === 0 ? 0 : 1;
}
