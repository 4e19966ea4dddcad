import {execFile} from 'node:child_process';
import {createApiCheck} from '../clusters/dry-run.ts';
import {openTemporaryCluster} from '../clusters/embedded-cluster.ts';
import {lineShell} from '../clusters/shell.ts';
import {KubectlError} from '../kubectl/errors.ts';
import {readCommandLine} from '../kubectl/kubectl.ts';
import {lessonFolders} from '../lesson/find-lessons.ts';
import {lintLesson} from '../lesson/lint-lesson.ts';
import {problemLine} from '../lesson/problem.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';
import {folderNamed} from './lesson-named.ts';
import type {RunOptions} from './program.ts';
import {shortPath} from './short-path.ts';

/** kubectl's commands whose first argument is a type of resource, or several with commas, or TYPE/NAME. */
const typed = new Set(['get', 'describe', 'delete', 'scale', 'wait', 'label', 'annotate', 'patch', 'edit', 'expose']);

/** `endpoint-lab lint`: everything that can be found wrong with lessons without playing them. */
export async function lint(names: string[], options: RunOptions, context: Context): Promise<ExitCode> {
	const {text, print, note, signal, environment} = context;
	const folders = names.length > 0 ? names.map(name => folderNamed(name, text)) : lessonFolders();
	const shell = lineShell(environment);
	if (!shell) throw new UserError(text.clusters.noLineShell);
	const cluster = await openTemporaryCluster(text);
	const api = createApiCheck(cluster.kubeconfig, signal);
	let problems = 0;
	try {
		for (const folder of folders) {
			const found = await lintLesson(folder, {
				dryRun: api.dryRun,
				shell: line => syntaxError(shell, line),
				kubectl: args => kubectlProblem(args, api.hasType),
			});
			problems += found.length;
			for (const problem of found.map(shortPath)) {
				print(options.json ? JSON.stringify({event: 'problem', ...problem}) : problemLine(problem));
			}
			if (signal.aborted) return 130;
		}
	} finally {
		await cluster.close();
	}
	if (options.json) print(JSON.stringify({event: 'end', passed: problems === 0, lessons: folders.length, problems}));
	else note(problems === 0 ? text.cli.lint.passed(folders.length) : text.cli.lint.failed(problems));
	return problems === 0 ? 0 : 1;
}

/** Why a shell cannot read a line, without running any of it. */
function syntaxError(shell: string, line: string): Promise<string | undefined> {
	return new Promise(resolve => {
		execFile(shell, ['-n', '-c', line], (error, _stdout, stderr) => {
			// bash: -c: line 1: syntax error near …
			const [first = ''] = stderr.split('\n');
			resolve(error ? first.replace(/^.*?\bline \d+: |^[^:]*: \d+: /, '') || error.message : undefined);
		});
	});
}

async function kubectlProblem(
	args: string[],
	hasType: (name: string) => Promise<boolean>,
): Promise<string | undefined> {
	try {
		const {name, arguments: given} = await readCommandLine(args);
		if (!typed.has(name) || given.length === 0) return undefined;
		const words = given[0]!.includes('/') ? given : given[0]!.split(',');
		for (const word of words) {
			const [type = ''] = word.split('/');
			if (!(await hasType(type))) return `the server doesn't have a resource type "${type}"`;
		}
		return undefined;
	} catch (error) {
		if (!(error instanceof KubectlError)) throw error;
		return error.message.split('\n')[0];
	}
}
