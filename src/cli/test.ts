import {writeFileSync} from 'node:fs';
import {seedsOfAllKinds} from '../lesson/drill.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {loadLessons} from '../lesson/load-lessons.ts';
import {realTime} from '../observe/time.ts';
import {junitReport, type TimedProofEvent} from '../plain/junit.ts';
import {type ProofEvent, proofLine} from '../plain/proof-event.ts';
import {testLesson} from '../plain/test-lesson.ts';
import {UserError} from '../text/user-error.ts';
import {askedThrowaway, chooseCluster, kindOptions} from './cluster-choice.ts';
import type {Context, ExitCode} from './context.ts';
import {seedOf} from './drill.ts';
import {lessonOrFolder} from './lesson-named.ts';
import {stepIndexOf} from './lesson-session.ts';
import type {TestOptions} from './program.ts';
import {lackedBy} from './require-capabilities.ts';
import {openShared, withThrowaway} from './throwaway.ts';
import {askToTrust, isFromElsewhere} from './trust.ts';

/** Checks look at state, which does not depend on how fast it came about. */
const proofSpeed = 10;

/** `endpoint-lab test`: proves lessons both ways, each on a cluster of its own. */
export async function test(names: string[], options: TestOptions, context: Context): Promise<ExitCode> {
	const {text, print, signal} = context;
	const {junit} = options;
	const cluster = await chooseCluster(askedThrowaway(options.cluster, context), context);
	const kind = kindOptions(options, cluster, text);
	if (options.step !== undefined && names.length !== 1) throw new UserError(text.cli.testStepNeedsLesson, 2);
	const lessons = names.length > 0 ? names.map(name => lessonOrFolder(name, text)) : loadLessons();
	const only = options.step === undefined ? undefined : lessons[0]!;
	const step = only?.steps[stepIndexOf(options.step!, only, context)]?.id;
	for (const [index, name] of names.entries()) {
		const lesson = lessons[index]!;
		if (!options.yes && isFromElsewhere(lesson)) await askToTrust(lesson, name, context);
	}
	if (options.seed !== undefined && names.length !== 1) throw new UserError(text.cli.testSeedNeedsLesson, 2);
	const seed = lessons[0] && seedOf(options.seed, lessons[0], text);
	const events: TimedProofEvent[] = [];
	const emit = (event: ProofEvent) => {
		events.push({event, at: realTime.now()});
		print(options.json ? JSON.stringify(event) : proofLine(event, text));
	};
	const failed: string[] = [];
	const skipped: string[] = [];
	const images = [...new Set(lessons.flatMap(({images}) => images))];
	await using shared = await openShared(cluster, {kind, images, yes: options.yes}, context);
	for (const lesson of lessons) {
		// Who names a lesson wants to hear why it cannot run; who names none wants those that can.
		const lacks = shared.cluster && names.length === 0 ? await lackedBy(shared.cluster, lesson) : [];
		if (shared.cluster && lacks.length > 0) {
			emit({event: 'skipped', lesson: lesson.id, cluster: shared.cluster.title, lacks});
			skipped.push(lesson.id);
			continue;
		}
		// The steps around a drill are the same in all of them: one proof is enough.
		const proofs =
			seed !== undefined ? [seed] : lesson.drill ? seedsOfAllKinds(lesson.drill.kinds.length) : [undefined];
		for (const [index, seed] of proofs.entries()) {
			const prove = () =>
				withThrowaway(lesson, {speed: proofSpeed, shared: shared.cluster, seed}, context, place =>
					testLesson({
						...place,
						lesson: index === 0 ? place.lesson : drillAlone(place.lesson),
						step,
						text,
						time: realTime,
						emit,
					}),
				);
			if (!(await prove())) failed.push(seed === undefined ? lesson.id : `${lesson.id} --seed ${seed}`);
			if (signal.aborted) return 130;
		}
	}
	const lessonsProven = lessons.length - skipped.length;
	emit({
		event: 'end',
		passed: failed.length === 0,
		lessons: lessonsProven,
		failed,
		...(skipped.length > 0 && {skipped}),
	});
	if (junit !== undefined) {
		try {
			writeFileSync(junit, junitReport(events, text));
		} catch (error) {
			throw new UserError(text.cli.notReported(junit, (error as Error).message));
		}
	}
	return failed.length === 0 ? 0 : 1;
}

/** A lesson without the wrong answers of the steps that no drill completes. */
function drillAlone(lesson: Lesson): Lesson {
	return {...lesson, steps: lesson.steps.map(step => (step.drill ? step : {...step, wrong: []}))};
}
