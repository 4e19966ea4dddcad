// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the places of lessons, not of JavaScript.
import {afterEach, describe, expect, test} from 'vitest';
import {adaptLesson} from '../../src/lesson/adapt-lesson.ts';
import type {Lesson} from '../../src/lesson/lesson.ts';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {LessonError} from '../../src/lesson/problem.ts';
import {type Changes, writeLesson} from './lesson-folder.ts';

let remove: (() => void) | undefined;
afterEach(() => remove?.());

function load(changes: Changes): Lesson {
	const lesson = writeLesson(changes);
	remove = lesson.remove;
	return loadLesson(lesson.folder);
}

const yaml = `format: 1
minutes: 3
watch:
  pods: app=web
  services: [web]
cleanup:
  - kubectl delete deployment web
  - {run: kubectl delete node extra, needs: [nodes]}
steps:
  - id: make
    commands:
      - kubectl create deployment web --image=nginx --replicas=3
      - {run: kubectl drain lab-worker, needs: [nodes]}
    checks:
      - id: ready
        expr: pods("app=web").size() == 3
      - id: counted
        needs: [answered-by]
        expr: requests("web").addresses.size() == 3
    wrong:
      - name: makes two
        commands: [kubectl create deployment web --image=nginx --replicas=2]
        until: pods("app=web").size() == 2
        fails: [ready, counted]
      - name: asks nobody
        commands: [kubectl get pods]
        until: pods("app=web").size() == 0
        fails: [counted]
  - id: many
    needs: [many-pods]
    commands: [kubectl scale deployment web --replicas=1200]
    checks:
      - id: all
        expr: pods("app=web").size() == 1200
`;
const words = `# A lesson

What it is about.

## make: Make

In \${ownNamespace}: \${can("answered-by") ? "who answers" : "how many answer"}.

### checks

- ready: Three.
  - Not three.
- counted: Counted.
  - Not counted.

## many: Many

Many.

### checks

- all: All.
  - Not all.
`;
const files = {'lesson.yaml': yaml, 'en.md': words, 'zh-CN.md': words};
const nothing = {
	now: {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []},
	remembered: {},
};

describe('a lesson', () => {
	test('has everything on a cluster that can do everything', () => {
		const lesson = load(files);
		const capabilities = new Set(['nodes', 'many-pods', 'answered-by'] as const);
		const adapted = adaptLesson(lesson, {capabilities, namespace: 'team'});
		expect(adapted.steps).toEqual(lesson.steps);
		expect(adapted.cleanup).toEqual(['kubectl delete deployment web', 'kubectl delete node extra']);
		const story = adapted.text.en.steps.make?.story.fill({...nothing, place: adapted.place});
		expect(story).toBe('In team: who answers.');
	});

	test('lacks the steps, checks and commands that need what a cluster lacks, and says so in its prose', () => {
		const lesson = load(files);
		const adapted = adaptLesson(lesson, {capabilities: new Set(), namespace: 'default'});
		expect(adapted.steps.map(({id}) => id)).toEqual(['make']);
		expect(adapted.cleanup).toEqual(['kubectl delete deployment web']);
		const [make] = adapted.steps;
		expect(make?.commands.map(({line}) => line.source)).toEqual([
			'kubectl create deployment web --image=nginx --replicas=3',
		]);
		expect(make?.checks.map(({id}) => id)).toEqual(['ready']);
		expect(make?.wrong.map(({name, fails}) => ({name, fails}))).toEqual([{name: 'makes two', fails: ['ready']}]);
		const story = adapted.text.en.steps.make?.story.fill({...nothing, place: adapted.place});
		expect(story).toBe('In default: how many answer.');
	});

	test('before a cluster is chosen, reads as on one that can do everything', () => {
		const story = load(files).text.en.steps.make?.story.fill(nothing);
		expect(story).toBe('In default: who answers.');
	});
});

describe('a lesson does not load', () => {
	const problemsOf = (changes: Changes) => {
		try {
			load(changes);
			return [];
		} catch (error) {
			if (!(error instanceof LessonError)) throw error;
			return error.problems.map(({line, message}) => `${line} ${message}`);
		}
	};

	test('with a capability that there is not, in needs or in can(…)', () => {
		expect(problemsOf({...files, 'lesson.yaml': yaml.replace('needs: [many-pods]', 'needs: [more-pods]')})).toEqual([
			expect.stringMatching(/^\d+ .* must be one of nodes, /),
		]);
		expect(problemsOf({...files, 'en.md': words.replace('can("answered-by")', 'can("answerd-by")')})).toEqual([
			expect.stringMatching(/^7 there is no capability "answerd-by"/),
		]);
	});

	test('with a step of which nothing might be left', () => {
		const bare = yaml.replace('      - id: all\n', '      - id: all\n        needs: [many-pods]\n');
		expect(problemsOf({...files, 'lesson.yaml': bare})).toEqual([
			expect.stringContaining('all checks of the step need something'),
		]);
	});
});
