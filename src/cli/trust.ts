import {createHash} from 'node:crypto';
import {readFileSync, realpathSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {parse} from 'yaml';
import {lessonsFolder} from '../lesson/find-lessons.ts';
import type {Lesson} from '../lesson/lesson.ts';
import type {LessonFile} from '../lesson/lesson-file.ts';
import {lessonHash} from '../lesson/lesson-hash.ts';
import {placedCommands} from '../lesson/lint-commands.ts';
import {addTrustedLesson, readTrustedLessons} from '../state/trusted-lessons.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {confirm} from './confirm.ts';
import {type Context, damageLine} from './context.ts';
import {isFolder, lessonNamed, lessonOrFolder} from './lesson-named.ts';

/** The lesson of a name or in a folder; one from elsewhere has been allowed by the user. Throws UserError and LessonError. */
export async function openableLesson(name: string, context: Context): Promise<Lesson> {
	const {text} = context;
	if (!isFolder(name)) return lessonNamed(name, text);
	const lesson = lessonOrFolder(name, text);
	if (!isFromElsewhere(lesson)) return lesson;
	await askToTrust(lesson, name, context);
	return withOwnId(lesson, name);
}

/** Whether a lesson came from somewhere else than this package. */
export function isFromElsewhere({folder}: Pick<Lesson, 'folder'>): boolean {
	return dirname(realpathSync(folder)) !== realpathSync(lessonsFolder());
}

/**
 * A lesson from a folder, with an id that no other lesson has, since its progress and its files are kept under that;
 * `argument` is how the user named it. The package's own lessons stay as they are.
 */
export function withOwnId(lesson: Lesson, argument: string): Lesson {
	if (!isFromElsewhere(lesson)) return lesson;
	const place = createHash('sha256').update(realpathSync(lesson.folder)).digest('hex').slice(0, 8);
	return {...lesson, id: `${lesson.id}-${place}`, argument};
}

/**
 * Before the first command of a lesson from elsewhere: shows what it may run on this machine and asks, unless the same has
 * been allowed before. Throws UserError when it is not allowed, or when nobody can be asked.
 */
export async function askToTrust(lesson: Lesson, argument: string, context: Context): Promise<void> {
	const {text, note} = context;
	const words = text.cli.trust;
	const {trusted} = context.home();
	const hash = lessonHash(lesson);
	const {value = [], damage} = readTrustedLessons(trusted);
	if (damage) note(damageLine(damage, text));
	if (value.includes(hash)) return;
	if (!process.stdin.isTTY) throw new UserError(words.nobodyToAsk(argument), 2);
	note(words.elsewhere(argument));
	for (const line of commandList(lesson, text)) note(line);
	if (!(await confirm(words.question, context.signal))) throw new UserError(words.refused);
	addTrustedLesson(trusted, hash);
}

/** Every command that a lesson can run, of all its drills, by the part of it that does; and the values that fill them in. */
function commandList({folder}: Pick<Lesson, 'folder'>, text: Text): string[] {
	const words = text.cli.trust;
	const file = parse(readFileSync(join(folder, 'lesson.yaml'), 'utf8')) as LessonFile;
	const part = (title: string, lines: string[]) =>
		lines.length > 0 ? [title, ...[...new Set(lines)].map(line => `  ${visible(line)}`)] : [];
	const commands = placedCommands(file).map(({line, path}) => ({
		line: `$ ${line}`,
		kind: path[0] === 'cleanup' ? 'cleanup' : path.includes('wrong') ? 'wrong' : 'steps',
	}));
	const linesOf = (kind: string) => commands.filter(command => command.kind === kind).map(({line}) => line);
	return [
		...part(words.steps, linesOf('steps')),
		...part(words.cleanup, linesOf('cleanup')),
		...part(words.wrong, linesOf('wrong')),
		...part(words.values, drawnValues(file)),
	];
}

/** What each `${drill.NAME}` can be, a line a list. */
function drawnValues({drills}: LessonFile): string[] {
	const lists = [drills?.draw, ...(drills?.kinds ?? []).map(({draw}) => draw)].flatMap(draw =>
		Object.values(draw ?? {}),
	);
	return lists.flatMap(rows =>
		Object.keys(rows[0] ?? {}).map(name => `${name}: ${rows.map(row => String(row[name])).join(' | ')}`),
	);
}

/** Nothing that a terminal obeys, or that is not seen, may hide a part of a command. */
function visible(line: string): string {
	return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
		character === '\n' ? '\n    ' : `\\u{${character.codePointAt(0)!.toString(16)}}`,
	);
}
