import type {Cluster} from '../clusters/cluster.ts';
import type {Lesson, Step} from '../lesson/lesson.ts';
import type {Observer} from '../observe/observer.ts';
import {noRequests} from '../observe/request-counts.ts';
import type {RequestRecorder} from '../observe/request-recorder.ts';
import type {Snapshot, TimelineEntry} from '../observe/snapshot.ts';
import type {Time} from '../observe/time.ts';
import type {Language} from '../text/text.ts';
import {type CompleteCommand, completeCommands} from './complete-commands.ts';
import type {Journal} from './journal.ts';
import {allHold, isLooking, isSolvedNow, momentsOf, nextHint} from './judge.ts';
import type {KeptOutput} from './kept-output.ts';
import {requestsPart} from './requests-part.ts';
import {fold, progressOf, type RunEvent, reduce, type StepProgress} from './run-state.ts';
import {currentIndex, runView} from './run-view.ts';
import {type RunSummary, summarize} from './summary.ts';
import {trickleOf} from './trickle.ts';
import type {RequestsPart, RunActions, RunView} from './view.ts';

/** A lesson run that is going on. */
export type Run = {
	/** The present moment; the same object until something changes. */
	view(): RunView;
	/** Calls back when there is a new view. Returns how to stop that. */
	subscribe(listener: () => void): () => void;
	actions: RunActions;
	/** The present step's commands; undefined while the cluster has not answered what they need. */
	commands(): CompleteCommand[] | undefined;
	summary(): RunSummary;
	/** Writes down how a command ended and what it printed. */
	ended(command: string, code: number, output: KeptOutput): void;
	/** The cluster as it was at a moment of the timeline (ms since 1970); undefined where that is not known, or no longer. */
	snapshotAt(at: number): Snapshot | undefined;
	/** The requests of such an earlier moment, counted from the beginning of the step that it lies in. */
	requestsIn(then: Snapshot): RequestsPart | undefined;
	/**
	 * Begins again from a step on, whose beginning the cluster is back at. `redo` tells that the cluster is empty instead: the
	 * steps before have to be done again, with what the learner answered in them kept, and the first one is entered.
	 */
	resetFrom(index: number, redo: boolean): void;
	/**
	 * Goes on with the lesson as its author has just saved it, or says why it cannot be read so; the journal stays, and steps are
	 * known by their ids.
	 */
	revise(revision: {lesson: Lesson} | {problems: string[]}): void;
	/** Ends the session and closes the journal. The observer stays, since its owner opened it. */
	close(): void;
};

export type RunOptions = {
	lesson: Lesson;
	cluster: Pick<Cluster, 'title' | 'simulated'>;
	language: Language;
	journal: Journal;
	observer: Observer;
	/** What counts and sends the lesson's requests; the observer's snapshots tell of them. */
	requests?: Pick<RequestRecorder, 'requests' | 'restore' | 'trickle'>;
	time: Time;
	/** The cluster's own time, by which the timeline goes, where that is not `time`. */
	clock?: Pick<Time, 'now'> | undefined;
};

/** How many timeline entries a view carries. */
const timelineLength = 300;

/** How many changes of the cluster are written down after a command. */
const keptChanges = 100;

/** A RunEvent that still lacks its time. */
type NewEvent = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never;

/**
 * Opens a lesson run where its journal left it. The state is pure (run-state.ts); this part feeds it the cluster's
 * snapshots and the learner's actions, and writes every event to the journal before it counts.
 */
export function openRun(options: RunOptions): Run {
	let {lesson} = options;
	const {cluster, language, journal, observer, requests, time, clock = time} = options;
	const listeners = new Set<() => void>();
	const commandEntries: CommandEntry[] = [];
	let state = fold(journal.events);
	let cached: RunView | undefined;
	let closed = false;
	let unsaved: string | undefined;
	let problems: string[] = [];
	/** No live snapshot has been seen in this session yet. */
	let unseen = true;
	const spentBefore = state.spent;
	const openedAt = time.now();

	const changed = () => {
		cached = undefined;
		for (const listener of listeners) listener();
	};
	const record = (event: NewEvent) => {
		const timed = {at: time.now(), ...event} as RunEvent;
		try {
			journal.append(timed);
		} catch (error) {
			// A full disk must not end the lesson; the learner is told that it will not be remembered.
			unsaved = error instanceof Error ? error.message : String(error);
		}
		state = reduce(state, timed);
	};
	const current = () => lesson.steps[currentIndex(lesson, state)]!;
	const momentsNow = () => momentsOf(lesson, state, current(), observer.snapshot());

	/** Writes the requests down that have been made since the last time. */
	const noteRequests = () => {
		const made = requests?.requests();
		if (made && made.total > (state.requests?.total ?? 0)) record({type: 'requests', requests: made});
	};
	/** The last change that has been written down. */
	let noted: TimelineEntry | undefined;
	/** Writes the changes down that have come since the last time, so many that a busy cluster does not fill the disk. */
	const noteChanges = () => {
		const all = observer.timeline();
		const fresh = all.slice(noted ? all.indexOf(noted) + 1 : 0);
		if (fresh.length === 0) return;
		noted = fresh.at(-1);
		const more = fresh.length - keptChanges;
		record({type: 'changes', entries: fresh.slice(0, keptChanges), ...(more > 0 && {more})});
	};
	const trickle = (resumed = false) => {
		const wanted = state.finished ? undefined : trickleOf(lesson, current());
		requests?.trickle(wanted && resumed ? {...wanted, settle: true} : wanted);
	};

	/** A wrong prediction keeps the moment that proved it wrong: the words at the end need it. */
	const solve = (step: Step) => {
		const {prediction} = progressOf(state, step.id);
		noteChanges();
		const wrong = step.predict && prediction !== undefined && prediction !== step.predict.answer;
		record({type: 'solve', step: step.id, ...(wrong && {snapshot: observer.snapshot()})});
	};

	/** Remembers and judges, as far as the present snapshot allows. */
	const look = () => {
		if (observer.status().state !== 'live' || state.finished) return;
		const step = current();
		const snapshot = observer.snapshot();
		const progress = progressOf(state, step.id);
		const fresh = !progress.remembered || (unseen && isStale(progress, snapshot));
		if (step.remember && progress.solvedAt === undefined && fresh) {
			record({type: 'remember', step: step.id, snapshot});
		}
		unseen = false;
		const unsolved = progressOf(state, step.id).solvedAt === undefined;
		if (unsolved && isSolvedNow(step, state, momentsNow())) {
			noteRequests();
			solve(step);
		}
	};
	const act = (action: () => void) => {
		if (closed) return;
		action();
		look();
		trickle();
		changed();
	};

	const enter = (index: number) => {
		const step = lesson.steps[index];
		if (!step) return;
		noteRequests();
		noteChanges();
		record({type: 'enter', step: step.id});
	};

	const actions: RunActions = {
		predict: choice =>
			act(() => {
				const step = current();
				if (step.predict?.choices.includes(choice)) record({type: 'predict', step: step.id, choice});
			}),
		next: () =>
			act(() => {
				const index = currentIndex(lesson, state);
				const step = lesson.steps[index]!;
				if (progressOf(state, step.id).solvedAt === undefined) {
					const looked = isLooking(step) && observer.status().state === 'live' && allHold(step, momentsNow());
					if (looked) solve(step);
				} else if (index < lesson.steps.length - 1) enter(index + 1);
				else if (!state.finished && lesson.steps.every(({id}) => progressOf(state, id).solvedAt !== undefined)) {
					record({type: 'finish'});
				}
			}),
		back: () =>
			act(() => {
				const index = currentIndex(lesson, state);
				enter(state.finished ? index : index - 1);
			}),
		hint: () =>
			act(() => {
				const hint = nextHint(current(), state, momentsNow());
				if (hint) record({type: 'hint', step: current().id, hint: hint.id});
			}),
		ran: command =>
			act(() => {
				const at = clock.now();
				const before = new Set(observer.timeline().filter(entry => entry.at === at));
				commandEntries.push({at, what: 'command', name: command, before});
				if (commandEntries.length > timelineLength) commandEntries.shift();
				noteChanges();
				record({type: 'ran', step: current().id, command, clusterAt: clock.now()});
			}),
		helped: how => act(() => record({type: 'helped', step: current().id, how})),
	};

	record({type: 'open', ...(lesson.drill && {seed: lesson.drill.seed})});
	if (state.requests) requests?.restore(state.requests);
	if (state.current !== current().id) enter(currentIndex(lesson, state));
	look();
	trickle(journal.events.length > 0);
	const unsubscribe = observer.subscribe(() => act(() => {}));

	return {
		view() {
			cached ??= runView(state, {
				lesson,
				language,
				cluster,
				startedAt: openedAt - spentBefore,
				observe: observer.status(),
				now: observer.snapshot(),
				unsaved,
				problems,
				timeline: merge(observer.timeline(), commandEntries).slice(-timelineLength),
			});
			return cached;
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		actions,
		commands() {
			const moments = momentsNow();
			return completeCommands(current().commands, moments);
		},
		summary: () => summarize(lesson, reduce(state, {at: time.now(), type: 'close'}), language),
		ended(command, code, output) {
			if (closed) return;
			noteChanges();
			record({type: 'ended', command: command.trim(), code, ...output});
		},
		snapshotAt: observer.snapshotAt,
		requestsIn(then) {
			const total = then.requests?.total ?? 0;
			const begun = lesson.steps
				.map(({id}) => progressOf(state, id).requestsBefore ?? noRequests)
				.filter(before => before.total <= total);
			const before = begun.reduce((latest, one) => (one.total > latest.total ? one : latest), noRequests);
			return requestsPart(lesson, current(), then, before);
		},
		revise(revision) {
			if (closed) return;
			if ('lesson' in revision) lesson = revision.lesson;
			problems = 'problems' in revision ? revision.problems : [];
			if (state.current !== current().id) enter(currentIndex(lesson, state));
			act(() => {});
		},
		resetFrom(index, redo) {
			act(() => {
				lesson.steps.forEach(({id}, at) => {
					if (at >= index) record({type: 'reset', step: id});
					else if (redo) record({type: 'redo', step: id});
				});
				enter(redo ? 0 : index);
			});
		},
		close() {
			if (closed) return;
			closed = true;
			unsubscribe();
			requests?.trickle(undefined);
			noteRequests();
			noteChanges();
			record({type: 'close'});
			journal.close();
		},
	};
}

/**
 * A step remembers the moment it begins. When the lab is opened again, nothing has been done in the step, and all Pods
 * it remembers have ceased to exist, the cluster is another one and the memory is worth nothing.
 */
function isStale({remembered, commands}: StepProgress, now: Snapshot): boolean {
	if (!remembered || commands > 0) return false;
	const present = new Set(now.pods.map(({uid}) => uid));
	return remembered.pods.length > 0 && !remembered.pods.some(({uid}) => present.has(uid));
}

/** A command on the timeline; `before` are the changes of the same moment that it did not cause. */
type CommandEntry = TimelineEntry & {before: ReadonlySet<TimelineEntry>};

/**
 * Changes and commands as one list, sorted by time. Where the cluster's time stands still, a command and what it causes
 * have the same one.
 */
function merge(changes: readonly TimelineEntry[], commands: readonly CommandEntry[]): TimelineEntry[] {
	const merged: TimelineEntry[] = [];
	let next = 0;
	for (const entry of [...changes].sort((a, b) => a.at - b.at)) {
		for (let command = commands[next]; command; command = commands[++next]) {
			if (command.at > entry.at || (command.at === entry.at && command.before.has(entry))) break;
			merged.push(command);
		}
		merged.push(entry);
	}
	return [...merged, ...commands.slice(next)];
}
