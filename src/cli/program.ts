import {Command, type CommanderError, Option} from 'commander';
import {nearest} from '../text/nearest.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';

/** The options that more than one command has; `--lang` is read before, since errors need it too. */
export type RunOptions = {cluster?: string; json?: boolean};

/** How a kind cluster is made. `from`: a folder with images; of `up`, also a file with a state of the embedded cluster. */
export type KindFlags = {small?: boolean; kindImage?: string; kindConfig?: string; from?: string};

export type LabOptions = KindFlags & {
	yes?: boolean;
	cluster?: string;
	step?: string;
	reset?: boolean;
	seed?: string;
	watch?: boolean;
	record?: string;
	plain?: boolean;
};

/** `yes`: a context's cluster is the one that is meant. */
export type PlayOptions = RunOptions & KindFlags & {seed?: string; yes?: boolean};

export type UpOptions = KindFlags & {yes?: boolean; cluster?: string; detach?: boolean; port?: string};

/** `yes`: the commands of lessons from elsewhere may run. */
export type TestOptions = RunOptions & KindFlags & {step?: string; seed?: string; junit?: string; yes?: boolean};

export type ExportOptions = {to?: string};

export type StatusOptions = RunOptions & {save?: string};

/** `report`: a text to paste, which hides secrets. `timeout`: in seconds. */
export type DoctorOptions = {json?: boolean; report?: boolean; timeout?: string};

/** `arch`: as Go names architectures, each word with one or several between commas. */
export type PrepareOptions = {to?: string; arch?: string[]; check?: string};

export type DownOptions = {cluster?: string; delete?: boolean};

/**
 * The command line: every command with its options, its help and, loaded only when it is called, what it does. `done`
 * gets its exit code. Errors come as UserError, or as CommanderError once help or the version has been printed.
 */
export function createProgram(context: Context, done: (code: ExitCode) => void): Command {
	const {text} = context;
	const words = text.cli.help;
	const program = new Command('endpoint-lab');

	const cluster = () => new Option('--cluster <cluster>', words.cluster);
	const small = () => new Option('--small', words.small);
	const kindImage = () => new Option('--kind-image <image>', words.kindImage);
	const kindConfig = () => new Option('--kind-config <file>', words.kindConfig);
	const fromFolder = () => new Option('--from <folder>', words.fromFolder);
	const yes = () => new Option('--yes', text.context.help.yes);
	const seed = () => new Option('--seed <number>', words.seed);
	const lang = () => new Option('--lang <language>', words.lang);
	const json = (description: string = words.json) => new Option('--json', description);
	program
		.description(`${words.program}\n${words.bare}`)
		.usage('[LESSON] [options]\n       endpoint-lab COMMAND [options]')
		.version(context.version, '-V, --version', words.version)
		.addOption(new Option('--debug', words.debug))
		.showSuggestionAfterError(false)
		.helpCommand('help [COMMAND]', words.help);

	program
		.command('lab', {isDefault: true, hidden: true})
		.description(words.lab)
		.argument('[LESSON]', words.lesson)
		.addOption(new Option('--step <step>', words.step))
		.addOption(cluster())
		.addOption(small())
		.addOption(kindImage())
		.addOption(kindConfig())
		.addOption(fromFolder())
		.addOption(yes())
		.addOption(lang())
		.addOption(new Option('--reset', words.reset))
		.addOption(seed())
		.addOption(new Option('--watch', words.watch))
		.addOption(new Option('--plain', words.plain))
		.addOption(new Option('--record <file>', words.record))
		.action(async (lesson: string | undefined, options: LabOptions) => {
			if (lesson !== undefined && !(await isLesson(lesson))) throw await unknownWord(lesson, program, text);
			done(await (await import('./lab.ts')).lab(lesson, options, context));
		});
	program
		.command('list')
		.description(words.list)
		.addOption(json(words.jsonDocument))
		.addOption(lang())
		.action(async (options: RunOptions) => done(await (await import('./list.ts')).list(options, context)));
	program
		.command('play')
		.description(words.play)
		.argument('<LESSON>', words.lesson)
		.addOption(cluster())
		.addOption(small())
		.addOption(kindImage())
		.addOption(kindConfig())
		.addOption(fromFolder())
		.addOption(yes())
		.addOption(seed())
		.addOption(lang())
		.addOption(json())
		.action(async (lesson: string, options: PlayOptions) =>
			done(await (await import('./play.ts')).play(lesson, options, context)),
		);
	program
		.command('export')
		.description(words.export)
		.argument('[LESSON]', words.exportLesson)
		.addOption(new Option('--to <file>', words.exportTo))
		.addOption(lang())
		.action(async (lesson: string | undefined, options: ExportOptions) =>
			done(await (await import('./export.ts')).exportLesson(lesson, options, context)),
		);
	program
		.command('test')
		.description(words.test)
		.argument('[LESSON...]', words.lessons)
		.addOption(cluster())
		.addOption(small())
		.addOption(kindImage())
		.addOption(kindConfig())
		.addOption(fromFolder())
		.addOption(new Option('--step <step>', words.testStep))
		.addOption(seed())
		.addOption(new Option('--junit <file>', words.junit))
		.addOption(new Option('--yes', words.yes))
		.addOption(lang())
		.addOption(json())
		.action(async (lessons: string[], options: TestOptions) =>
			done(await (await import('./test.ts')).test(lessons, options, context)),
		);
	program
		.command('lint')
		.description(words.lint)
		.argument('[LESSON...]', words.lessons)
		.addOption(lang())
		.addOption(json())
		.action(async (lessons: string[], options: RunOptions) =>
			done(await (await import('./lint.ts')).lint(lessons, options, context)),
		);
	program
		.command('new')
		.description(words.new)
		.argument('<DIR>', words.newFolder)
		.addOption(lang())
		.action(async (folder: string) => done(await (await import('./new.ts')).newLesson(folder, context)));
	program
		.command('up')
		.description(words.up)
		.addOption(cluster())
		.addOption(small())
		.addOption(kindImage())
		.addOption(kindConfig())
		.addOption(new Option('--detach', words.detach))
		.addOption(new Option('--port <port>', words.port))
		.addOption(new Option('--from <path>', words.from))
		.addOption(yes())
		.addOption(lang())
		.action(async (options: UpOptions) => done(await (await import('./up.ts')).up(options, context)));
	program
		.command('down')
		.description(words.down)
		.addOption(cluster())
		.addOption(new Option('--delete', words.delete))
		.addOption(lang())
		.action(async (options: DownOptions) => done(await (await import('./down.ts')).down(options, context)));
	program
		.command('status')
		.description(words.status)
		.addOption(cluster())
		.addOption(new Option('--save <file>', words.save))
		.addOption(json(words.jsonDocument))
		.addOption(lang())
		.action(async (options: StatusOptions) => done(await (await import('./status.ts')).status(options, context)));
	program
		.command('clock')
		.description(words.clock)
		.argument('[ACTION]', words.clockAction)
		.addOption(json(words.jsonDocument))
		.addOption(lang())
		.action(async (action: string | undefined, options: RunOptions) =>
			done(await (await import('./clock.ts')).clock(action, options, context)),
		);
	program
		.command('prepare')
		.description(words.prepare)
		.addOption(new Option('--to <folder>', words.to))
		.addOption(new Option('--arch <architecture...>', words.arch))
		.addOption(new Option('--check <folder>', words.check))
		.addOption(lang())
		.action(async (options: PrepareOptions) => done(await (await import('./prepare.ts')).prepare(options, context)));
	program
		.command('doctor')
		.description(words.doctor)
		.addOption(new Option('--report', words.report))
		.addOption(new Option('--timeout <seconds>', words.timeout))
		.addOption(json(words.jsonDocument))
		.addOption(lang())
		.action(async (options: DoctorOptions) => done(await (await import('./doctor.ts')).doctor(options, context)));
	program
		.command('shell')
		.description(words.shell)
		.addOption(cluster())
		.addOption(small())
		.addOption(kindImage())
		.addOption(kindConfig())
		.addOption(fromFolder())
		.addOption(yes())
		.addOption(lang())
		.action(async (options: PlayOptions) => done(await (await import('./shell.ts')).shell(options, context)));

	// Only for the list of commands: main.ts hands its words over unread.
	program.command('kubectl').usage('COMMAND').description(words.kubectl);

	for (const command of [program, ...program.commands]) decorate(command, text);
	// The bare command is the lab, so the program's help shows the lab's argument and options as its own.
	const lab = program.commands.find(command => command.name() === 'lab')!;
	const own = program.createHelp();
	program.configureHelp({
		...program.configureHelp(),
		visibleArguments: command => own.visibleArguments(command === program ? lab : command),
		visibleOptions: command =>
			command === program ? [...lab.options, ...own.visibleOptions(program)] : own.visibleOptions(command),
	});
	return program;
}

/** Examples that the help of each command ends with. */
const examples: Record<string, string[]> = {
	'endpoint-lab': ['endpoint-lab', 'endpoint-lab endpoints', 'endpoint-lab play endpoints', 'endpoint-lab up --detach'],
	lab: [
		'endpoint-lab endpoints',
		'endpoint-lab endpoints --step 4',
		'endpoint-lab endpoints --lang zh-CN',
		'endpoint-lab endpoints --plain',
		'endpoint-lab endpoints --record lesson.cast',
	],
	list: ['endpoint-lab list', 'endpoint-lab list --json'],
	play: ['endpoint-lab play endpoints', 'endpoint-lab play endpoints --json --lang zh-CN'],
	export: ['endpoint-lab export endpoints', 'endpoint-lab export endpoints --to endpoints.md --lang zh-CN'],
	test: ['endpoint-lab test', 'endpoint-lab test endpoints --json', 'endpoint-lab test ./my-lesson --step 2'],
	lint: ['endpoint-lab lint', 'endpoint-lab lint ./my-lesson --json'],
	new: ['endpoint-lab new my-lesson'],
	up: [
		'endpoint-lab up',
		'eval "$(endpoint-lab up --detach)" && kubectl get nodes',
		'endpoint-lab up --port 6443',
		'endpoint-lab up --from before.json',
		'endpoint-lab up --cluster kind --detach',
	],
	down: ['endpoint-lab down', 'endpoint-lab down --delete', 'endpoint-lab down --cluster kind --delete'],
	status: ['endpoint-lab status', 'endpoint-lab status --json', 'endpoint-lab status --save before.json'],
	clock: ['endpoint-lab clock pause', 'endpoint-lab clock step', 'endpoint-lab clock 10', 'endpoint-lab clock resume'],
	prepare: [
		'endpoint-lab prepare --to endpoint-lab-offline',
		'endpoint-lab prepare --to endpoint-lab-offline --arch amd64 arm64',
		'endpoint-lab prepare --check endpoint-lab-offline',
	],
	doctor: ['endpoint-lab doctor', 'endpoint-lab doctor --json', 'endpoint-lab doctor --report'],
	shell: ['endpoint-lab shell'],
};

/** Gives a command its help in the learner's language, and lets errors through to the top. */
function decorate(command: Command, text: Text): void {
	const words = text.cli.help;
	const titles: Record<string, string> = {
		'Usage:': words.usage,
		'Arguments:': words.arguments,
		'Options:': words.options,
		'Commands:': words.commands,
	};
	const block = (title: string, lines: string[]) => `\n${title}\n${lines.map(line => `  ${line}`).join('\n')}`;
	command
		.exitOverride()
		.helpOption('-h, --help', words.help)
		.configureOutput({writeErr: () => {}})
		.configureHelp({styleTitle: title => titles[title] ?? title})
		.addHelpText('after', block(words.examples, examples[command.name()] ?? []))
		.addHelpText('after', block(words.exitCodes, words.codes));
}

/** What commander found wrong, in the learner's words; undefined when help or the version has been printed. */
export async function explainUsage(
	error: CommanderError,
	program: Command,
	argv: readonly string[],
	text: Text,
): Promise<UserError | undefined> {
	const named = program.commands.find(command => command.name() === argv[0]);
	const help = text.cli.seeHelp(named ? `endpoint-lab ${named.name()}` : 'endpoint-lab');
	const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
	switch (error.code) {
		case 'commander.unknownOption': {
			const command = named ?? program.commands.find(command => command.name() === 'lab');
			const options = [...(command?.options ?? []), ...program.options].flatMap(({long}) => long ?? []);
			const near = suggestion(quoted, [...options, '--help'], text);
			return new UserError(text.cli.unknownOption(quoted) + near + help, 2);
		}
		case 'commander.unknownCommand':
			return await unknownWord(quoted, program, text);
		case 'commander.help':
			return error.exitCode === 0 ? undefined : await unknownWord(argv[1] ?? '', program, text);
		case 'commander.missingArgument':
			return new UserError(text.cli.missingArgument(quoted) + help, 2);
		case 'commander.optionMissingArgument':
			return new UserError(text.cli.optionNeedsValue(quoted) + help, 2);
		case 'commander.excessArguments':
			return new UserError(text.cli.tooManyArguments + help, 2);
		default:
			return error.exitCode === 0 ? undefined : new UserError(error.message.replace(/^error: /, '') + help, 2);
	}
}

/** A word that is neither a command nor a lesson. */
async function unknownWord(word: string, program: Command, text: Text): Promise<UserError> {
	const commands = program.commands.map(command => command.name()).filter(name => name !== 'lab');
	const near = suggestion(word, [...commands, ...(await lessonIds())], text);
	return new UserError(text.cli.unknownCommand(word) + near + text.cli.seeHelp('endpoint-lab'), 2);
}

/** Whether a word names a lesson, or a folder that may hold one. */
async function isLesson(word: string): Promise<boolean> {
	return (await lessonIds()).includes(word) || (await import('./lesson-named.ts')).isFolder(word);
}

/** Loaded only when a word has to be understood: `--help` must not pay for the lessons. */
async function lessonIds(): Promise<string[]> {
	return (await import('../lesson/find-lessons.ts')).lessonIds();
}

/** A sentence that names the nearest match, or nothing. */
export function suggestion(word: string, candidates: readonly string[], text: Text): string {
	const match = nearest(word, candidates);
	return match ? text.cli.didYouMean(match) : '';
}
