import type {Cluster} from '../clusters/cluster.ts';
import type {LineRunner} from '../clusters/line-runner.ts';
import {memoryJournal} from '../engine/journal.ts';
import {openRun} from '../engine/open-run.ts';
import {paceOf} from '../engine/pace.ts';
import {type SolveEvent, solveSteps} from '../engine/solve-steps.ts';
import type {CheckView} from '../engine/view.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {observeCluster} from '../observe/observe-cluster.ts';
import type {RequestRecorder} from '../observe/request-recorder.ts';
import type {Time} from '../observe/time.ts';
import {withRequests} from '../observe/with-requests.ts';
import type {Language, Text} from '../text/text.ts';
import {createExecute} from './execute.ts';
import type {PlayEvent} from './play-event.ts';

export type PlayOptions = {
	lesson: Lesson;
	cluster: Pick<Cluster, 'title' | 'simulated' | 'kubeconfig' | 'namespace'>;
	/** What counts and sends the lesson's requests; the runner's go through it. */
	requests?: RequestRecorder;
	language: Language;
	text: Text;
	/** Runs in the folder with the lesson's manifests and the cluster's environment. */
	runner: Pick<LineRunner, 'run' | 'interrupt'>;
	time: Time;
	signal: AbortSignal;
	/** How long the checks of a step may take after its commands, ms. */
	limitMs?: number;
	/** How long one command may take, ms. */
	commandLimitMs?: number;
	emit(event: PlayEvent): void;
};

/**
 * Plays a lesson through its own commands on a cluster, telling what happens as events. Answers whether every check came
 * true. The cluster keeps what the lesson made.
 */
export async function playLesson(options: PlayOptions): Promise<boolean> {
	const {lesson, cluster, language, text, runner, time, signal, emit} = options;
	const pace = paceOf(cluster, lesson, {time, signal});
	const {limitMs = pace.limitMs, commandLimitMs = pace.limitMs} = options;
	const {requests} = options;
	const observer = withRequests(observeCluster({cluster, text, time, signal}), requests, time);
	const run = openRun({lesson, cluster, language, journal: memoryJournal(), observer, requests, time});
	const looked: {step: string; check: string; passed: boolean}[] = [];
	let step = '';

	/** In a solved step every check has come true, even if one is broken again by now. */
	const tellChecks = (checks: CheckView[], solved: boolean) => {
		for (const {id, state, text, waiting} of checks) {
			const passed = solved || state === 'passed';
			looked.push({step, check: id, passed});
			emit({event: 'check', step, check: id, passed, text, ...(waiting && !passed ? {waiting} : {})});
		}
	};
	const tell = (event: SolveEvent) => {
		switch (event.type) {
			case 'step': {
				const {id, title, story, prediction} = event.step;
				step = id;
				emit({event: 'step', step, number: event.index + 1, title, story});
				if (prediction) {
					emit({event: 'question', step, question: prediction.question, choices: prediction.choices});
				}
				break;
			}
			case 'command':
				emit({event: 'command', step, command: event.line});
				break;
			case 'exit':
				emit({event: 'exit', step, command: event.line, code: event.code, expected: event.expected});
				break;
			case 'solved': {
				const {checks, prediction, explanation} = event.step;
				tellChecks(checks, true);
				const made = run.view().requests;
				if (made && made.total > 0)
					emit({
						event: 'requests',
						step,
						service: made.service,
						total: made.total,
						failed: made.failed,
						clients: made.clients,
						answers: made.answers,
						failures: made.failures,
					});
				const answer = prediction?.choices.find(({id}) => id === prediction.answer);
				if (answer) emit({event: 'answer', step, answer: answer.id, text: answer.text});
				if (explanation) emit({event: 'explanation', step, text: explanation});
				break;
			}
			case 'stuck':
				if (event.why === 'checks-waiting') tellChecks(event.step.checks, false);
				emit({event: 'error', step, message: text.plain.stuck[event.why](observer.status().error)});
				break;
		}
	};

	const {title} = lesson.text[language];
	emit({
		event: 'lesson',
		lesson: lesson.id,
		title,
		language,
		cluster: cluster.title,
		steps: lesson.steps.length,
	});
	try {
		const execute = createExecute(runner, line => emit({event: 'output', step, text: line}), {
			time,
			limitMs: commandLimitMs,
			pace,
		});
		const upTo = lesson.steps.length;
		const solved = await solveSteps({run, upTo, execute, limitMs, pace, time, signal, tell});
		const passed = solved && looked.every(check => check.passed);
		emit({event: 'end', lesson: lesson.id, passed, checks: looked});
		return passed;
	} finally {
		run.close();
		await observer.close();
	}
}
