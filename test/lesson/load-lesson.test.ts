// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the places of lessons, not of JavaScript.
import {relative} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {lessonIds} from '../../src/lesson/find-lessons.ts';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {findLesson, loadLessons} from '../../src/lesson/load-lessons.ts';
import {LessonError} from '../../src/lesson/problem.ts';
import {type Changes, writeLesson} from './lesson-folder.ts';

let remove: (() => void) | undefined;
afterEach(() => remove?.());

/** The problems of a lesson with changes, as `file:line:column: message` with the file's name alone. */
function problemsOf(changes: Changes): string[] {
	const lesson = writeLesson(changes);
	remove = lesson.remove;
	try {
		loadLesson(lesson.folder);
		return [];
	} catch (error) {
		if (!(error instanceof LessonError)) throw error;
		return error.problems.map(
			({file, line, column, message}) => `${relative(lesson.folder, file)}:${line}:${column}: ${message}`,
		);
	}
}

describe('the lessons of the package', () => {
	test('all load, in both languages, in the order of their folders', () => {
		const lessons = loadLessons();
		expect(lessons.map(({id}) => id)).toEqual(lessonIds());
		expect(lessonIds()).toContain('endpoints');
		for (const {text} of lessons) expect(Object.keys(text)).toEqual(['en', 'zh-CN']);
	});

	test('a lesson is found by its id, without the number of its folder', () => {
		expect(findLesson('endpoints')).toMatchObject({id: 'endpoints'});
		expect(findLesson('03-endpoints')).toBeUndefined();
	});
});

describe('a lesson folder', () => {
	test('that is right loads', () => {
		const lesson = writeLesson();
		remove = lesson.remove;
		const {id, text, steps} = loadLesson(lesson.folder);
		expect(id).toBe('small');
		expect(text['zh-CN'].steps.make?.title).toBe('创建三个 Pod');
		expect(text['zh-CN'].steps.make?.choices.three?.source).toBe('三个');
		expect(text.en.steps.make?.checks.ready?.text.source).toBe('Three Pods are ready.');
		expect(steps[0]?.hints.map(hint => hint.when !== undefined)).toEqual([true, false]);
	});

	test.each<[string, Changes, string]>([
		['a language is missing', {'zh-CN.md': null}, 'zh-CN.md:1:1: the file is missing'],
		['lesson.yaml is missing', {'lesson.yaml': null}, 'lesson.yaml:1:1: the file is missing'],
		['the YAML is broken', {'lesson.yaml': ['watch:\n', 'watch: [\n']}, 'lesson.yaml:4:'],
		['the format is another', {'lesson.yaml': ['format: 1', 'format: 2']}, 'lesson.yaml:1:9: "format" must be 1'],
		['a field is misspelt', {'lesson.yaml': ['minutes:', 'minuts:']}, 'lesson.yaml:2:1: the lesson knows no "minuts"'],
		['a field is missing', {'lesson.yaml': ['minutes: 3\n', '']}, 'lesson.yaml:1:1: the lesson lacks "minutes"'],
		[
			'a number is none',
			{'lesson.yaml': ['minutes: 3', 'minutes: long']},
			'lesson.yaml:2:10: "minutes" must be a whole',
		],
		['an id has capitals', {'lesson.yaml': ['- id: make', '- id: Make']}, 'lesson.yaml:8:9: "id" must match'],
		[
			'a list is empty',
			{'lesson.yaml': ['cleanup: [kubectl delete deployment web]', 'cleanup: []']},
			'lesson.yaml:6:10: "cleanup" needs',
		],
		[
			'an expression misspells a field',
			{'lesson.yaml': ['p.ready)', 'p.redy)']},
			'lesson.yaml:17:43: No such key: redy',
		],
		[
			'an expression misspells a function',
			{'lesson.yaml': ['expr: pods(', 'expr: pots(']},
			"lesson.yaml:17:15: found no matching overload for 'pots(string)'",
		],
		[
			'an expression compares unlike things',
			{'lesson.yaml': ['== 3', '== "3"']},
			'lesson.yaml:17:15: no such overload: int == string',
		],
		['an expression breaks off', {'lesson.yaml': ['== 3', '==']}, 'lesson.yaml:17:'],
		[
			'a check is no condition',
			{'lesson.yaml': [' == 3', '']},
			'lesson.yaml:17:15: it must be true or false, but it is of type int',
		],
		[
			'an expression has a bad label selector',
			{'lesson.yaml': ['pods("app=web").filter', 'pods("app is web").filter']},
			'"app is web" is not a label selector',
		],
		[
			'a command names something that nothing remembers',
			{'lesson.yaml': ['--replicas=3', '--replicas=${befor.pods.size()}']},
			'lesson.yaml:14:66: Unknown variable: befor',
		],
		[
			'the answer is no choice',
			{'lesson.yaml': ['answer: three', 'answer: two']},
			'lesson.yaml:12:15: "two" is none of',
		],
		[
			'an id is there twice',
			{'lesson.yaml': ['- id: last', '- id: none-yet']},
			'lesson.yaml:21:13: "none-yet" is here twice',
		],
		[
			'a manifest is missing',
			{'lesson.yaml': ['minutes: 3', 'minutes: 3\nmanifests: [web.yaml]']},
			'lesson.yaml:3:13: there is no file web.yaml',
		],
		[
			'a command reads a file that the learner does not get',
			{'lesson.yaml': ['kubectl create deployment web --image=nginx --replicas=3', 'kubectl apply -f web.yaml']},
			'lesson.yaml:14:9: the command reads web.yaml',
		],
		[
			'a manifest is no YAML',
			{
				'lesson.yaml': ['minutes: 3', 'minutes: 3\nmanifests: [web.yaml]'],
				'web.yaml': 'kind: Service\napiVersion: v1\n\tx: 1\n',
			},
			'web.yaml:3:1: ',
		],
		[
			'a manifest has no kind',
			{'lesson.yaml': ['minutes: 3', 'minutes: 3\nmanifests: [web.yaml]'], 'web.yaml': 'apiVersion: v1\n'},
			'web.yaml:1:1: the manifest lacks "kind"',
		],
		[
			'a manifest uses an image that the lesson does not name',
			{
				'lesson.yaml': ['minutes: 3', 'minutes: 3\nimages: [nginx]\nmanifests: [web.yaml]'],
				'web.yaml': 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1.14.2\n',
			},
			'web.yaml:5:12: the image nginx:1.14.2 is not among',
		],
		['there is no title', {'en.md': ['# A small lesson\n', '']}, 'en.md:1:1: '],
		['there is no introduction', {'en.md': ['What it is about.', '']}, 'en.md:1:1: the lesson needs a sentence'],
		[
			'a heading has no id',
			{'en.md': ['## make: Make', '## Make']},
			`en.md:5:1: "## Make three Pods" must be a step's`,
		],
		['a step is missing', {'zh-CN.md': ['## make：', '## other：']}, 'zh-CN.md:5:1: the steps here are other'],
		['a story is missing', {'en.md': ['Type it.', '']}, 'en.md:5:1: step make has no story'],
		['a section is misspelt', {'en.md': ['### checks', '### check']}, 'en.md:16:1: "### check" is none of'],
		['a section is missing', {'en.md': ['### predict', '### afterwards']}, 'en.md:5:1: step make lacks "### predict"'],
		['a choice is missing', {'zh-CN.md': ['- none：没有\n', '']}, 'zh-CN.md:9:1: "### predict" lacks "- none: …"'],
		[
			'a choice is too many',
			{'en.md': ['- three: Three', '- three: Three\n- four: Four']},
			'en.md:15:1: lesson.yaml names no "four"',
		],
		['the question is missing', {'en.md': ['How many?', '']}, 'en.md:9:1: "### predict" lacks the question'],
		[
			'a check does not say what it waits for',
			{'zh-CN.md': ['  - 已有', '  已有']},
			'zh-CN.md:18:1: check "ready" lacks',
		],
		['a hint is missing', {'en.md': ['- last: Type the command.\n', '']}, 'en.md:21:1: "### hints" lacks "- last: …"'],
		[
			'an explanation is in one language only',
			{'zh-CN.md': ['### afterwards\n\n很好。', '']},
			'zh-CN.md:5:1: "### afterwards" of step make is missing',
		],
		[
			'a code block is in one language only',
			{'en.md': ['Type it.', 'Type it.\n\n```sh\nkubectl get pods # all\n```']},
			'zh-CN.md:7:1: the story of make has 0 code blocks here and 1 in en.md',
		],
		['a text names what is not there', {'en.md': ['${pods("app=web").size()} of', '${pod("x")} of']}, 'en.md:19:1: '],
		[
			'a place is not closed',
			{'en.md': ['Well done.', 'Well\ndone ${.']},
			'en.md:29:1: this place has no closing brace',
		],
	])('is refused at the right line when %s', (_name, changes, expected) => {
		const problems = problemsOf(changes);
		expect(problems.join('\n')).toContain(expected);
	});

	test('tells everything that is wrong at once', () => {
		const problems = problemsOf({
			'lesson.yaml': ['p.ready', 'p.redy'],
			'en.md': ['### afterwards', '### afterward'],
			'zh-CN.md': ['- last：输入命令。\n', ''],
		});
		expect(problems.map(problem => problem.split(':')[0])).toEqual(
			expect.arrayContaining(['lesson.yaml', 'en.md', 'zh-CN.md']),
		);
	});

	test('headings in a code block are no headings', () => {
		const code = '```sh\n# a comment\n## make: not a step\n```';
		expect(problemsOf({'en.md': ['Type it.', code], 'zh-CN.md': ['输入命令。', code]})).toEqual([]);
	});
});
