import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

/** The smallest lesson that uses every part of the format. */
const smallLesson = {
	'lesson.yaml': `format: 1
minutes: 3
watch:
  pods: app=web
  services: [web]
cleanup: [kubectl delete deployment web]
steps:
  - id: make
    remember: before
    predict:
      choices: [none, three]
      answer: three
    commands:
      - kubectl create deployment web --image=nginx --replicas=3
    checks:
      - id: ready
        expr: pods("app=web").filter(p, p.ready).size() == 3
    hints:
      - id: none-yet
        when: pods("app=web").size() == 0
      - id: last
`,
	'en.md': `# A small lesson

What it is about.

## make: Make three Pods

Type it.

### predict

How many?

- none: None
- three: Three

### checks

- ready: Three Pods are ready.
  - \${pods("app=web").size()} of 3 are there.

### hints

- none-yet: There is no Pod yet.
- last: Type the command.

### afterwards

Well done.
`,
	'zh-CN.md': `# 一个小课程

讲什么。

## make：创建三个 Pod

输入命令。

### predict

有几个？

- none：没有
- three：三个

### checks

- ready：三个 Pod 已就绪。
  - 已有 \${pods("app=web").size()} 个，需要 3 个。

### hints

- none-yet：还没有 Pod。
- last：输入命令。

### afterwards

很好。
`,
};

/** Changes to a lesson's files: a new text, a replacement in the old one, or null to leave the file out. */
export type Changes = Partial<Record<string, string | null | [from: string, to: string]>>;

/** Writes a lesson into a temporary folder; `remove` deletes it. */
export function writeLesson(changes: Changes = {}, name = '07-small') {
	const root = mkdtempSync(join(tmpdir(), 'endpoint-lab-lesson-'));
	const folder = join(root, name);
	const files: Record<string, string> = {...smallLesson};
	for (const [file, change] of Object.entries(changes)) {
		if (change === null || change === undefined) delete files[file];
		else if (typeof change === 'string') files[file] = change;
		else {
			const [from, to] = change;
			const text = files[file] ?? '';
			if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
			files[file] = text.replace(from, to);
		}
	}
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, file)), {recursive: true});
		writeFileSync(join(folder, file), text);
	}
	return {root, folder, remove: () => rmSync(root, {recursive: true, force: true})};
}

/** A lesson of the package, copied with one change in one file. */
export function copyLesson(source: string, file: string, from: string, to: string) {
	const root = mkdtempSync(join(tmpdir(), 'endpoint-lab-lesson-'));
	const folder = join(root, '01-copy');
	cpSync(source, folder, {recursive: true});
	const path = join(folder, file);
	const text = readFileSync(path, 'utf8');
	if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
	writeFileSync(path, text.replace(from, to));
	return {folder, remove: () => rmSync(root, {recursive: true, force: true})};
}
