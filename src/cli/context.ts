import type {Environment} from '../clusters/shell.ts';
import {type Home, openHome} from '../state/home.ts';
import type {Damage} from '../state/json-file.ts';
import {type Language, languageOf, languages, parseLanguage, type Text, textIn} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';

/** 0 it worked, 1 it did not, 2 the command line cannot be understood, 130 interrupted; of `shell`, the shell's own. */
export type ExitCode = number;

/** What every command gets from the top. */
export type Context = {
	/** Aborted by the first SIGINT, SIGTERM or SIGHUP, and when nobody reads our output any more. */
	signal: AbortSignal;
	environment: Environment;
	language: Language;
	/** The language was asked for, with --lang or ENDPOINT_LAB_LANG; else it is the locale's. */
	languageChosen: boolean;
	text: Text;
	/** What the user typed, for others to read: `endpoint-lab up --detach`. */
	command: string;
	/** The start script, for starting the lab again in another process. */
	launcher: string;
	version: string;
	/** Opens the home, making its folder. Throws UserError. */
	home(): Home;
	/** One line of result, to standard output. */
	print(line: string): void;
	/** One line of what happens, to standard error. */
	note(line: string): void;
	/** Until the returned function is called, Ctrl-C belongs to a child in the terminal and does not end the lab. */
	holdInterrupt(): () => void;
};

/**
 * The language of a command line: its `--lang`, else what the environment asks for. Throws UserError for a language that
 * there is not.
 */
export function languageOfCommandLine(argv: readonly string[], environment: Environment): Language {
	const otherwise = languageOf(environment);
	const unknown = (name: string) => new UserError(textIn(otherwise).cli.unknownLanguage(name, languages.join(', ')), 2);
	const at = argv.findIndex(word => word === '--lang' || word.startsWith('--lang='));
	const option = at === -1 ? undefined : (argv[at]!.split('=')[1] ?? argv[at + 1]);
	const named = option ?? environment.ENDPOINT_LAB_LANG;
	if (!named) return otherwise;
	const language = parseLanguage(named);
	if (!language) throw unknown(named);
	return language;
}

/** Opens the home that the environment asks for, or says in the learner's language why that does not work. */
export function openHomeOrExplain(environment: Environment, text: Text): Home {
	try {
		return openHome(environment);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new UserError(text.cli.homeUnusable(environment.ENDPOINT_LAB_HOME ?? '', reason));
	}
}

/** Says in one line that a file was damaged and where it lies now. */
export function damageLine({file, movedTo, reason}: Damage, text: Text): string {
	return text.cli.damaged(file, text.cli.damageReasons[reason], movedTo);
}
