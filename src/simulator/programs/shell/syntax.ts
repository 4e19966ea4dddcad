// The parts of a shell script, as POSIX names them (Shell Command Language, 2.10).

/** A piece of a word; `quoted` pieces are neither split into fields nor taken for patterns. */
export type Part =
	| {is: 'text'; text: string; quoted: boolean}
	| {is: 'variable'; name: string; operator: string; argument: Word | undefined; quoted: boolean}
	| {is: 'command'; script: List; quoted: boolean}
	| {is: 'arithmetic'; expression: Word; quoted: boolean};

export type Word = Part[];

export type Redirect = {fd: number; kind: '>' | '>>' | '<' | '>&' | '<&' | '<<' | '&>'; target: Word};

export type Assignment = {name: string; value: Word};

export type Command = {redirects: Redirect[]} & (
	| {is: 'simple'; assignments: Assignment[]; words: Word[]}
	| {is: 'if'; branches: {condition: List; body: List}[]; otherwise: List | undefined}
	| {is: 'loop'; until: boolean; condition: List; body: List}
	| {is: 'for'; name: string; words: Word[] | undefined; body: List}
	| {is: 'case'; word: Word; branches: {patterns: Word[]; body: List}[]}
	| {is: 'group'; body: List; subshell: boolean}
	| {is: 'function'; name: string; body: Command}
);

export type Pipeline = {negated: boolean; commands: Command[]};

/** Pipelines joined by `&&` and `||`; `source` is what `jobs` would show. */
export type AndOr = {first: Pipeline; rest: {operator: '&&' | '||'; pipeline: Pipeline}[]; background: boolean};

export type List = AndOr[];
