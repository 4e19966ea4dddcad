// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the places of lessons, not of JavaScript.
import {appendFileSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import type {Capability} from '../../src/clusters/cluster.ts';
import {type DrillsFile, drawDrill, fillDrill} from '../../src/lesson/drill.ts';
import {lessonFolderNamed} from '../../src/lesson/find-lessons.ts';
import {lessonHash} from '../../src/lesson/lesson-hash.ts';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {LessonError} from '../../src/lesson/problem.ts';
import {copyLesson} from './lesson-folder.ts';

const detective = lessonFolderNamed('detective')!;
let remove: (() => void) | undefined;

afterEach(() => {
	remove?.();
	remove = undefined;
});

function copied(file: string, from: string, to: string): string {
	const copy = copyLesson(detective, file, from, to);
	remove = copy.remove;
	return copy.folder;
}

describe('a draw', () => {
	const drills: DrillsFile = {
		draw: {
			names: [
				{app: 'shop', slip: 'shpo'},
				{app: 'mail', slip: 'mali'},
			],
			counts: [{count: 2}, {count: 3}, {count: 4}],
		},
		kinds: [
			{id: 'one', draw: {slips: [{wrong: '${drill.slip}'}, {wrong: 'front'}]}},
			{id: 'two', draw: {counts: [{count: 9}]}},
			{id: 'three', needs: ['namespaces']},
		],
	};
	const all = () => false;
	const none = (need: Capability) => need === 'namespaces';
	const seeds = (count: number) => Array.from({length: count}, (_, index) => index + 1);

	test('is the same for the same seed', () => {
		for (const seed of seeds(20)) expect(drawDrill(drills, seed, all)).toEqual(drawDrill(drills, seed, all));
	});

	test('brings each kind once in as many seeds in a row as there are kinds, wherever one begins', () => {
		for (const round of seeds(30)) {
			const kinds = [1, 2, 3].map(place => drawDrill(drills, (round - 1) * 3 + place, all).kind);
			expect(kinds.sort()).toEqual(['one', 'three', 'two']);
		}
	});

	test('brings all combinations of a kind before it repeats one', () => {
		const ofKind = seeds(36)
			.map(seed => drawDrill(drills, seed, all))
			.filter(({kind}) => kind === 'one')
			.map(({values: {seed, ...values}}) => JSON.stringify(values));
		expect(ofKind).toHaveLength(12);
		expect(new Set(ofKind).size).toBe(12);
	});

	test('takes the rows of a list together, fills in what stands above, and prefers the list of the kind', () => {
		for (const seed of seeds(40)) {
			const {kind, values} = drawDrill(drills, seed, all);
			expect(values.seed).toBe(seed);
			expect(values.slip).toBe(values.app === 'shop' ? 'shpo' : 'mali');
			if (kind === 'one') expect([values.slip, 'front']).toContain(values.wrong);
			if (kind === 'two') expect(values.count).toBe(9);
		}
	});

	test('leaves out the kinds that need what a cluster lacks, and fails when none is left', () => {
		const kinds = seeds(20).map(seed => drawDrill(drills, seed, none).kind);
		expect([...new Set(kinds)].sort()).toEqual(['one', 'two']);
		expect(() => drawDrill({kinds: [drills.kinds[2]!]}, 1, none)).toThrow(RangeError);
	});

	test('fills in its own places only', () => {
		expect(fillDrill('${drill.app} $${drill.app} ${drill.other} ${HOME}', {app: 'shop'})).toBe(
			'shop $${drill.app} ${drill.other} ${HOME}',
		);
	});
});

describe('a lesson with drills', () => {
	test('needs no namespace of its own where the cluster has no other', () => {
		const capabilities = new Set<Capability>();
		for (let seed = 1; seed <= 24; seed++) {
			const {kind, files} = loadLesson(detective, {seed, capabilities}).drill!;
			expect(kind).not.toBe('wrong-namespace');
			expect(Object.values(files).join('\n')).not.toContain('namespace:');
		}
	});

	test('is another one to be asked about when a manifest of any drill changes', () => {
		const folder = copied('protocol.yaml', 'UDP', 'SCTP');
		const before = lessonHash(loadLesson(detective));
		const changed = lessonHash(loadLesson(folder));
		expect(changed).not.toBe(before);
		appendFileSync(join(folder, 'scaled.yaml'), '# more\n');
		expect(lessonHash(loadLesson(folder))).not.toBe(changed);
	});

	test('says in the title which drill it is', () => {
		const {text} = loadLesson(detective, {seed: 4711});
		expect([text.en.title, text['zh-CN'].title]).toEqual([
			expect.stringMatching(/^Detective: .* #4711$/),
			expect.stringMatching(/^侦探.* #4711$/),
		]);
	});

	const mistakes: {
		name: string;
		file: string;
		from: string;
		to: string;
		at?: string;
		message: string;
		seed?: number;
	}[] = [
		{
			name: 'a value that no list draws',
			file: 'lesson.yaml',
			from: 'pods: lab=detective',
			to: 'pods: lab=${drill.lab}',
			message: 'draws a value for ${drill.lab}',
		},
		{
			name: 'a value of another kind',
			file: 'lesson.yaml',
			from: 'when: service("${drill.app}").sessionAffinity == "ClientIP"',
			to: 'when: service("${drill.badPort}").sessionAffinity == "ClientIP"',
			message: 'draws a value for ${drill.badPort}',
		},
		{
			name: 'a value of another kind, in the words',
			file: 'en.md',
			from: '- affinity: With',
			to: '- affinity: ${drill.elsewhere} With',
			message: 'Unknown variable: drill',
		},
		{
			name: 'a manifest with a value that is not drawn',
			file: 'neighbour.yaml',
			from: 'image: nginx:1.14.2',
			to: 'image: ${drill.picture}',
			message: 'draws a value for ${drill.picture}',
		},
		{
			name: 'rows that differ',
			file: 'lesson.yaml',
			from: '{ app: cart, slip: card, other: search }',
			to: '{ app: cart, slip: card }',
			message: 'this row has app, slip; the first one has app, other, slip',
		},
		{
			name: 'a row with a list',
			file: 'lesson.yaml',
			from: '{ app: cart, slip: card, other: search }',
			to: '{ app: cart, slip: card, other: [search] }',
			message: '"other" must be a text of one line',
		},
		{
			name: 'an answer that is no choice',
			file: 'lesson.yaml',
			from: '      answer: no-pods',
			to: '      answer: elsewhere',
			message: 'the answer must be one of selector, pods-labels',
		},
		{
			name: 'commands in the step of the drills',
			file: 'lesson.yaml',
			from: '    remember: before\n',
			to: '    remember: before\n    commands: [kubectl get pods]\n',
			at: 'commands: [kubectl get pods]',
			message: 'the commands of step "mend" are those of its drills',
		},
		{
			name: 'a step without commands',
			file: 'lesson.yaml',
			from: '  - id: mend\n',
			to: '  - id: mend-nothing\n',
			message: 'the step lacks "commands"',
			at: '- id: mend-nothing',
		},
		{
			name: 'a hint that nobody has',
			file: 'lesson.yaml',
			from: '          hint: another-port',
			to: '          hint: another-door',
			message: 'the step has no hint "another-door"',
		},
		{
			name: 'a check that the step has not',
			file: 'lesson.yaml',
			from: '          fails: [answered, address]',
			to: '          fails: [answered, adress]',
			message: 'the step has no check "adress"',
		},
		{
			name: 'an unasked hint for no state',
			file: 'lesson.yaml',
			from: '      - id: wait\n',
			to: '      - id: wait\n        unasked: true\n',
			at: '- id: wait',
			message: 'a hint that is shown unasked needs "when"',
		},
		{
			name: 'a drill that a language lacks',
			file: 'zh-CN.md',
			from: '## wrong-protocol: ',
			to: '## wrong-protocoll: ',
			message: 'the drills here are',
			at: '## wrong-selector',
		},
		{
			name: 'an explanation that would be the same for all drills',
			file: 'en.md',
			from: '## tidy: ',
			to: '### afterwards\n\nWell done.\n\n## tidy: ',
			at: '### afterwards\n\nWell',
			message: 'the explanation of step mend is that of the drill',
		},
		{
			name: 'a drill with a story',
			file: 'en.md',
			from: "## wrong-selector: It was the Service's selector\n",
			to: "## wrong-selector: It was the Service's selector\n\nOnce upon a time.\n",
			at: 'Once upon',
			message: 'the story is that of step mend',
		},
		{
			name: 'an image that the lesson does not name',
			file: 'protocol.yaml',
			from: 'image: ${drill.image}',
			to: 'image: httpd:2.4',
			message: 'the image httpd:2.4 is not among',
			seed: 12,
		},
	];

	test.each(mistakes)('does not load with $name, and says where', ({file, from, to, at = to, message, seed}) => {
		const folder = copied(file, from, to);
		const lines = readFileSync(join(folder, file), 'utf8').split(at)[0]!.split('\n').length;
		let problems: {file: string; line: number; message: string}[] = [];
		try {
			loadLesson(folder, {seed});
		} catch (error) {
			if (!(error instanceof LessonError)) throw error;
			problems = error.problems.map(problem => ({
				file: basename(problem.file),
				line: problem.line,
				message: problem.message,
			}));
		}
		expect(problems).toContainEqual({file, line: lines, message: expect.stringContaining(message)});
	});
});
