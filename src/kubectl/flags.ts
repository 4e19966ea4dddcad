import {parseArgs} from 'node:util';
import {parseDuration} from './duration.ts';
import {KubectlError, lacks} from './errors.ts';

/** One flag: `list` may be given again and again, `optional` may stand without a value and then means `bare`. */
type Flag = {
	type: 'boolean' | 'text' | 'list';
	/** What the text must be. */
	is?: 'integer' | 'duration';
	short?: string;
	bare?: string;
	initial?: string;
};

/** The flags of a command by their long names. */
export type FlagSet = Record<string, Flag>;

/** Flags that every command knows (genericclioptions.ConfigFlags); accepted ones without a use here have no effect. */
export const globalFlags: FlagSet = {
	kubeconfig: {type: 'text'},
	context: {type: 'text'},
	cluster: {type: 'text'},
	user: {type: 'text'},
	namespace: {type: 'text', short: 'n'},
	server: {type: 'text', short: 's'},
	token: {type: 'text'},
	'certificate-authority': {type: 'text'},
	'client-certificate': {type: 'text'},
	'client-key': {type: 'text'},
	'tls-server-name': {type: 'text'},
	'insecure-skip-tls-verify': {type: 'boolean'},
	as: {type: 'text'},
	'request-timeout': {type: 'text', initial: '0'},
	'cache-dir': {type: 'text'},
	'warnings-as-errors': {type: 'boolean'},
	v: {type: 'text', short: 'v'},
	help: {type: 'boolean', short: 'h'},
};

/** Flags of stock kubectl's commands that are not here. */
const stockFlags = new Set(
	`all-pods append-hash as-group as-uid cascade disable-compression field-selector filename flatten force grace-period
	insecure-skip-tls-verify-backend interactive k kustomize leave-stdin-open local log-flush-frequency match-server-version merge
	no-headers openapi-patch output-patch override-type overrides overwrite password pod-running-timeout privileged profile
	profile-output prune prune-allowlist quiet raw record recursive resource-version selector server-print show-capacity
	show-managed-fields sort-by subresource sum template timeout use-protocol-buffers username vmodule wait
	windows-line-endings`.split(/\s+/),
);

/** The same by their letters. */
const stockShort = new Set(['k', 'l']);

/** What was given on the command line, flags apart from arguments. */
export class ParsedFlags {
	readonly #flags: FlagSet;
	readonly #values: Map<string, string[]>;
	/** The arguments in their order. */
	readonly arguments: string[];
	/** How many of them stood before `--`; -1 without one. */
	readonly argumentsBeforeDash: number;

	constructor(flags: FlagSet, values: Map<string, string[]>, args: string[], argumentsBeforeDash: number) {
		this.#flags = flags;
		this.#values = values;
		this.arguments = args;
		this.argumentsBeforeDash = argumentsBeforeDash;
	}

	/** Whether the flag stood on the command line. */
	given(name: string): boolean {
		return this.#values.has(name);
	}

	/** The last value given, else the flag's initial one, else empty. */
	text(name: string): string {
		return this.#values.get(name)?.at(-1) ?? this.#flags[name]?.initial ?? '';
	}

	/** All values given. */
	list(name: string): string[] {
		return this.#values.get(name) ?? [];
	}

	/** Whether a boolean flag is on. */
	on(name: string): boolean {
		return this.text(name) === 'true';
	}

	/** A whole number; undefined when the flag was not given and has no initial value. */
	integer(name: string): number | undefined {
		const text = this.text(name);
		return text === '' ? undefined : Number(text);
	}

	/** Milliseconds of a Go duration; undefined when the flag was not given and has no initial value. */
	duration(name: string): number | undefined {
		return parseDuration(this.text(name));
	}
}

const invalidArgument = (value: string, short: string | undefined, name: string, why: string) =>
	new KubectlError(
		`invalid argument ${JSON.stringify(value)} for ${JSON.stringify(short ? `-${short}, --${name}` : `--${name}`)} flag: ${why}`,
	);

const booleans: Record<string, string> = {
	...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map(text => [text, 'true'])),
	...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map(text => [text, 'false'])),
};

/**
 * Reads a command line as kubectl's flag library (spf13/pflag) does. Throws pflag's sentences on an unknown flag, on one
 * without its value, and on a value of the wrong kind.
 */
export function parseFlags(argv: string[], flags: FlagSet, command: string): ParsedFlags {
	const known = {...globalFlags, ...flags};
	const help = `\nSee '${['kubectl', command].filter(Boolean).join(' ')} --help' for usage.`;
	const {tokens} = parseArgs({
		args: argv,
		strict: false,
		tokens: true,
		allowPositionals: true,
		options: Object.fromEntries(
			Object.entries(known).map(([name, {type, short, bare}]) => [
				name,
				{
					type: type === 'boolean' || bare !== undefined ? ('boolean' as const) : ('string' as const),
					...(short && {short}),
					multiple: true,
				},
			]),
		),
	});
	const values = new Map<string, string[]>();
	const args: string[] = [];
	let beforeDash = -1;
	for (const token of tokens) {
		if (token.kind === 'option-terminator') {
			beforeDash = args.length;
			continue;
		}
		if (token.kind === 'positional') {
			args.push(token.value);
			continue;
		}
		const {name, rawName} = token;
		const flag = known[name];
		if (!flag) {
			const short = !rawName.startsWith('--');
			if (stockFlags.has(name) || (short && stockShort.has(name)))
				throw lacks(`${command} ${short ? '-' : '--'}${name}`);
			throw new KubectlError(
				short ? `unknown shorthand flag: '${name}' in ${argv[token.index]}${help}` : `unknown flag: --${name}${help}`,
			);
		}
		// `-w=false`: node's parser hands over the text after a short flag with its equals sign.
		let value =
			token.inlineValue && !rawName.startsWith('--') && token.value?.startsWith('=')
				? token.value.slice(1)
				: token.value;
		if (flag.type === 'boolean') {
			const text = value ?? 'true';
			value = booleans[text];
			if (value === undefined) {
				throw invalidArgument(
					text,
					flag.short,
					name,
					`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax${help}`,
				);
			}
		} else if (value === undefined) {
			if (flag.bare === undefined) {
				throw new KubectlError(
					rawName.startsWith('--')
						? `flag needs an argument: --${name}${help}`
						: `flag needs an argument: '${name === flag.short ? name : flag.short}' in ${argv[token.index]}${help}`,
				);
			}
			value = flag.bare;
		}
		if (flag.is === 'integer' && !/^[-+]?\d+$/.test(value)) {
			throw invalidArgument(
				value,
				flag.short,
				name,
				`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax${help}`,
			);
		}
		if (flag.is === 'duration' && parseDuration(value) === undefined) {
			throw invalidArgument(value, flag.short, name, `time: invalid duration ${JSON.stringify(value)}${help}`);
		}
		const before = values.get(name);
		if (flag.type === 'list' && before) before.push(value);
		else values.set(name, [value]);
	}
	return new ParsedFlags(known, values, args, beforeDash);
}

/** Where the command's name stands on the command line, flags of every command before it left out; -1 without one. */
export function findCommand(argv: string[], names: ReadonlySet<string>): number {
	for (let index = 0; index < argv.length; index++) {
		const text = argv[index]!;
		if (text === '--') return -1;
		if (!text.startsWith('-')) return index;
		if (names.has(text)) return index;
		const name = text.startsWith('--')
			? text.slice(2)
			: Object.keys(globalFlags).find(key => globalFlags[key]!.short === text[1]);
		const takesNext =
			!text.includes('=') && globalFlags[name ?? '']?.type === 'text' && (text.startsWith('--') || text.length === 2);
		if (takesNext) index++;
	}
	return -1;
}
