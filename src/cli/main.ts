import {CommanderError} from 'commander';
import packageJson from '../../package.json' with {type: 'json'};
import type {Environment} from '../clusters/shell.ts';
import {LessonError} from '../lesson/problem.ts';
import {type Language, type Text, textIn} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {type Context, type ExitCode, languageOfCommandLine, openHomeOrExplain} from './context.ts';
import {createProgram, explainUsage} from './program.ts';
import {watchSignals} from './signals.ts';

const given = process.argv.slice(2);
// Before a command's name `--lang` would be the bare command's, and the name a lesson's.
const leading = given[0] === '--lang' && given.length > 2 ? 2 : given[0]?.startsWith('--lang=') ? 1 : 0;
const argv = given.slice(leading);
const isKubectl = argv[0] === 'kubectl';
const signals = watchSignals(code => process.exit(code));

/** The only place that ends the process. */
process.exit(await run());

async function run(): Promise<ExitCode> {
	const {environment, language, text, problem} = readLanguage();
	const say = (line: string) => process.stderr.write(`${line}\n`);
	const fail = (error: UserError) => {
		say(text.cli.error(error.message));
		return error.exitCode;
	};
	if (problem) return fail(problem);

	let code: ExitCode = 0;
	const context: Context = {
		signal: signals.signal,
		environment,
		language,
		languageChosen: Boolean(environment.ENDPOINT_LAB_LANG) || given.some(word => /^--lang\b/.test(word)),
		text,
		command: ['endpoint-lab', ...argv.filter(word => word !== '--debug')].join(' '),
		launcher: process.argv[1] ?? '',
		version: packageJson.version,
		home: () => openHomeOrExplain(environment, text),
		print: line => void process.stdout.write(`${line}\n`),
		note: say,
		holdInterrupt: signals.holdInterrupt,
	};
	const program = createProgram(context, given => {
		code = given;
	});
	try {
		// kubectl's words are its own to understand, `--help` and `--lang` among them.
		if (isKubectl) code = await (await import('./kubectl.ts')).kubectl(argv.slice(1), context);
		else await program.parseAsync(argv, {from: 'user'});
	} catch (error) {
		code = await explain(error);
	}
	const uncaught = signals.uncaught();
	if (uncaught) code = await explain(uncaught.error);
	await flushed(process.stdout);
	return signals.brokenPipe() ? 0 : code;

	async function explain(error: unknown): Promise<ExitCode> {
		if (error instanceof CommanderError) {
			const usage = await explainUsage(error, program, argv, text);
			return usage ? fail(usage) : 0;
		}
		if (signals.signal.aborted && !signals.uncaught() && !(error instanceof UserError)) return 130;
		if (argv.includes('--debug')) say(error instanceof Error ? (error.stack ?? error.message) : String(error));
		if (error instanceof UserError) return fail(error);
		if (error instanceof LessonError) {
			say(error.message);
			return 1;
		}
		say(text.cli.error(text.cli.unexpected(error instanceof Error ? error.message : String(error))));
		if (!argv.includes('--debug')) say(text.cli.debugHint);
		return 1;
	}
}

function readLanguage(): {environment: Environment; language: Language; text: Text; problem?: UserError} {
	const environment = process.env;
	try {
		const language = languageOfCommandLine(isKubectl ? given.slice(0, leading) : given, environment);
		return {environment, language, text: textIn(language)};
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return {environment, language: 'en', text: textIn('en'), problem: error};
	}
}

/** Pipes are written behind our back on some systems; what is still on its way must not be cut off. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
	if (stream.destroyed || !stream.writable) return Promise.resolve();
	return new Promise(resolve => stream.write('', () => resolve()));
}
