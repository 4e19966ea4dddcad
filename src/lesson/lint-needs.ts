import type {Capability} from '../clusters/cluster.ts';
import {asList, asMap, placedCommands} from './lint-commands.ts';
import type {YamlPath} from './yaml-file.ts';

/** A text of lesson.yaml, where it stands, and what is said to be needed there. */
type Text = {text: string; path: YamlPath; needs: unknown[]};

/** What shows that a capability is needed, in commands and in the expressions that a proof waits for. */
const signs: {need: Capability; commands?: RegExp; expressions?: RegExp}[] = [
	{need: 'etcd', commands: /\betcdctl\b|\betcd-/},
	{need: 'kube-proxy', commands: /-n kube-system\b.*\bkube-proxy\b/},
	{need: 'clock', commands: /\bendpoint-lab clock\b|\/simulator\/clock\b/},
	{need: 'outside-host', commands: /\b(?:curl|wget)\b.*\b(?:10\.0\.0\.250|harbor\.example\.com)\b/},
	{need: 'outside-host', expressions: /\.by\(["']10\.0\.0\.250["']\)/},
	{need: 'nodes', commands: /\bkubectl (?:drain|cordon|uncordon|taint|(?:delete|label|create) nodes?)\b/},
	{need: 'hundred-pods', commands: /--replicas[= ](?:9\d|1\d\d|2\d\d)\b/},
	{need: 'many-pods', commands: /--replicas[= ](?:[3-9]\d\d|\d{4,})\b/},
	{need: 'answered-by', commands: answeredBy(), expressions: answeredBy()},
];

/** Who answered: `requests("…")`, narrowed perhaps, and then its addresses, or those of one address. */
function answeredBy(): RegExp {
	return /\brequests\((?:"[^"]*"|'[^']*')\)(?:\.(?:from|last)\([^)]*\))*\.(?:addresses\b|by\()/;
}

/**
 * Finds what needs a capability of the cluster and does not say so, neither itself nor its step nor the lesson. `isNode` tells
 * whether a file holds a Node.
 */
export function lintNeeds(
	lesson: unknown,
	isNode: (file: string) => boolean,
	at: (path: YamlPath, message: string, offset?: number) => void,
): void {
	const ofLesson = asList(asMap(lesson).needs);
	const steps = asList(asMap(lesson).steps).map(asMap);
	const needsOf = (path: YamlPath) => [
		...ofLesson,
		...(path[0] === 'steps' ? asList(steps[Number(path[1])]?.needs) : []),
	];
	const tell = ({text, path, needs}: Text, need: Capability, offset: number) => {
		if (needs.includes(need) || new RegExp(`\\bcan\\(["']${need}["']\\)`).test(text)) return;
		at(path, `this needs the capability "${need}", and nothing here says so: needs: [${need}]`, offset);
	};

	for (const {line, path, needs} of placedCommands(lesson)) {
		// A clean-up must work everywhere, and finds nothing where the rest was left out.
		if (path[0] === 'cleanup') continue;
		const command = {text: line, path, needs: [...needsOf(path), ...needs]};
		for (const {need, commands} of signs) {
			const found = commands?.exec(line);
			if (found) tell(command, need, found.index);
		}
		for (const [, file = ''] of line.matchAll(/(?:-f|--filename)[ =](\S+)/g)) {
			if (isNode(file)) tell(command, 'nodes', 0);
		}
	}
	for (const [index, step] of steps.entries()) {
		const texts = [
			...asList(step.checks).map((check, place) => ({...asMap(check), path: ['checks', place, 'expr']})),
			...asList(step.wrong).map((wrong, place) => ({expr: asMap(wrong).until, path: ['wrong', place, 'until']})),
		].map((item: {expr?: unknown; needs?: unknown; path: YamlPath}): Text => {
			const path: YamlPath = ['steps', index, ...item.path];
			return {text: String(item.expr ?? ''), path, needs: [...needsOf(path), ...asList(item.needs)]};
		});
		for (const text of texts) {
			for (const {need, expressions} of signs) {
				const found = expressions?.exec(text.text);
				if (found) tell(text, need, found.index);
			}
		}
	}
}
