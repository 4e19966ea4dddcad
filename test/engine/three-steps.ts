import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {writeLesson} from '../lesson/lesson-folder.ts';

/** A lesson of three steps for engine tests: make Pods (with a question), look, delete one (remembering before). */
export function threeStepLesson() {
	const words = (title: string) => `# ${title}

About it.

## make: Make

Do it: \${pods("app=web").size()}.

### predict

How many?

- one: One
- two: Two

### checks

- two-ready: Two are ready.
  - \${pods("app=web").filter(p, p.ready).size()} of 2 are ready.

### hints

- none: There is none.
- some: There is one.
- many: There are too many.
- first: Tier one.
- second: Tier two.

### afterwards

There are \${pods("app=web").size()}.

## look: Look

Look.

### checks

- there: Somebody is there.
  - Nobody.

## replace: Replace

Replace.

### checks

- new: A new one is there.
  - Before: \${before.pods.map(p, p.name)}.
`;
	const {folder, remove} = writeLesson({
		'lesson.yaml': `format: 1
minutes: 1
watch: {pods: app=web, services: [web]}
cleanup: ['true']
steps:
  - id: make
    predict: {choices: [one, two], answer: two}
    commands: [make two]
    checks:
      - id: two-ready
        expr: pods("app=web").filter(p, p.ready).size() == 2
    hints:
      - id: first
      - id: second
      - id: none
        when: pods("app=web").size() == 0
      - id: some
        when: pods("app=web").size() == 1
      - id: many
        when: pods("app=web").size() > 2
        unasked: true
  - id: look
    commands: [look around]
    checks:
      - {id: there, steady: true, expr: pods("app=web").size() > 0}
  - id: replace
    remember: before
    commands: ['replace \${before.pods[0].name}']
    checks:
      - id: new
        expr: pods("app=web").exists(p, before.pods.all(old, old.uid != p.uid))
`,
		'en.md': words('Three steps'),
		'zh-CN.md': words('三步'),
	});
	const lesson = loadLesson(folder);
	remove();
	return lesson;
}
