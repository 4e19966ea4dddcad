import {basename, resolve} from 'node:path';
import {createLesson} from '../lesson/new-lesson.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';

/** `endpoint-lab new`: a lesson that passes, to be changed. */
export async function newLesson(name: string, {text, print}: Context): Promise<ExitCode> {
	const folder = resolve(name);
	if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(basename(folder)))
		throw new UserError(text.cli.newLesson.badName(basename(folder)), 2);
	try {
		createLesson(folder);
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		if (code === 'EEXIST') throw new UserError(text.cli.newLesson.exists(name));
		throw new UserError(text.cli.newLesson.failed(name, message));
	}
	for (const line of text.cli.newLesson.made(name, /[/\\]/.test(name) ? name : `./${name}`)) print(line);
	return 0;
}
