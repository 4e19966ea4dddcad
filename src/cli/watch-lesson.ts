import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Run} from '../engine/open-run.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {LessonError, problemLine} from '../lesson/problem.ts';
import {shortPath} from './short-path.ts';

/** How often the files are looked at, ms. Asking works on every file system; being told of changes does not. */
const everyMs = 300;

export type WatchOptions = {
	folder: string;
	run: Pick<Run, 'revise'>;
	/** Reads the lesson anew. Throws LessonError. */
	read(): Lesson;
	/** Hears of each lesson that could be read, with the names of the files that have changed. */
	revised(lesson: Lesson, changed: string[]): void;
};

/**
 * Reads a lesson's files anew whenever one of them has been saved, and goes on with them in place. While they cannot be read,
 * the last good lesson stays, and what is wrong is shown as `lint` shows it. Dispose of it to end that.
 */
export function watchLesson({folder, run, read, revised}: WatchOptions): Disposable {
	let known = stamps(folder);
	let before = known;
	const look = () => {
		const now = stamps(folder);
		const settled = same(now, before);
		before = now;
		// A file that is just being written is read when it is whole.
		if (!settled || same(now, known)) return;
		const changed = [...now.keys()].filter(name => now.get(name) !== known.get(name));
		known = now;
		try {
			const lesson = read();
			revised(lesson, changed);
			run.revise({lesson});
		} catch (error) {
			const problems =
				error instanceof LessonError
					? error.problems.map(problem => problemLine(shortPath(problem)))
					: [error instanceof Error ? error.message : String(error)];
			run.revise({problems});
		}
	};
	const timer = setInterval(look, everyMs);
	return {[Symbol.dispose]: () => clearInterval(timer)};
}

/** When each file of a folder was written last, and how long it is. */
function stamps(folder: string): Map<string, string> {
	const found = new Map<string, string>();
	try {
		for (const name of readdirSync(folder).sort()) {
			const stat = statSync(join(folder, name), {throwIfNoEntry: false});
			if (stat?.isFile()) found.set(name, `${stat.mtimeMs} ${stat.size} ${stat.ino}`);
		}
	} catch {
		// An editor or git may replace the whole folder; the next look finds it again.
	}
	return found;
}

function same(one: Map<string, string>, other: Map<string, string>): boolean {
	return one.size === other.size && [...one].every(([name, stamp]) => other.get(name) === stamp);
}
