// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the places of lessons, not of JavaScript.
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest';
import {createSandbox, type Sandbox} from '../cli/cli.ts';

vi.setConfig({testTimeout: 240_000, hookTimeout: 240_000});

/** One mistake: in a file, a text is replaced; what must be found, and on the line that holds `at`. */
type Mistake = {
	name: string;
	file: string;
	from: string;
	to: string;
	/** A part of the line, in the changed file, that the finding must name; the first such line counts. */
	at: string;
	/** Where the finding is when it is in another file than the mistake. */
	foundIn?: string;
	message: string;
};

const yaml = 'lesson.yaml';
const mistakes: Mistake[] = [
	// lesson.yaml itself
	{name: 'a misspelt key', file: yaml, from: 'minutes:', to: 'minuts:', at: 'minuts:', message: 'knows no "minuts"'},
	{name: 'another format', file: yaml, from: 'format: 1', to: 'format: 9', at: 'format: 9', message: 'must be 1'},
	{
		name: 'an id in capitals',
		file: yaml,
		from: '- id: start',
		to: '- id: Start',
		at: 'id: Start',
		message: 'must match',
	},
	{
		name: 'broken YAML',
		file: yaml,
		from: '  services: [web]',
		to: '  services: [web',
		at: 'cleanup:',
		message: 'sufficiently indented',
	},
	{
		name: 'an answer that is no choice',
		file: yaml,
		from: 'answer: grows',
		to: 'answer: shrinks',
		at: 'answer: shrinks',
		message: '"shrinks" is none of the choices',
	},
	{
		name: 'a wrong answer for a check that there is not',
		file: yaml,
		from: 'fails: [two-addresses]',
		to: 'fails: [two-adresses]',
		at: 'two-adresses',
		message: 'no check "two-adresses"',
	},
	// Expressions
	{
		name: 'a misspelt field in an expression',
		file: yaml,
		from: 'expr: endpoints("web").ready.size() == 2',
		to: 'expr: endpoints("web").redy.size() == 2',
		at: '.redy.',
		message: 'redy',
	},
	{
		name: 'a misspelt function in an expression',
		file: yaml,
		from: 'until: service("web").exists',
		to: 'until: servce("web").exists',
		at: 'servce(',
		message: "'servce(string)'",
	},
	{
		name: 'a misspelt field in the second line of an expression',
		file: yaml,
		from: 'expr: endpoints("web").ready.size() == 3',
		to: 'expr: >-\n          endpoints("web").ready.size() == 3 &&\n          pods("app=web").all(p, p.redy)',
		at: 'p.redy',
		message: 'redy',
	},
	{
		name: 'an expression of the wrong type',
		file: yaml,
		from: 'deployment("web").desired == 2',
		to: 'deployment("web").desired == "2"',
		at: '== "2"',
		message: 'int == string',
	},
	{
		name: 'an expression that is no condition',
		file: yaml,
		from: 'endpoints("web").ready.size() == 1',
		to: 'endpoints("web").ready.size()',
		at: 'until: endpoints',
		message: 'must be true or false',
	},
	{
		name: 'a name that nothing makes, in an expression',
		file: yaml,
		from: 'expr: endpoints("web").ready.size() == 3',
		to: 'expr: endpoints("wbe").ready.size() == 3',
		at: '"wbe"',
		message: 'an object named "wbe"',
	},
	{
		name: 'a name that nothing makes, in a text',
		file: 'zh-CN.md',
		from: '已有 ${endpoints("web")',
		to: '已有 ${endpoints("webb")',
		at: '"webb"',
		message: 'an object named "webb"',
	},
	// Commands
	{
		name: 'a misspelt kubectl command',
		file: yaml,
		from: '- kubectl get endpoints web',
		to: '- kubectl gte endpoints web',
		at: 'gte',
		message: 'unknown command "gte"',
	},
	{
		name: 'a misspelt kubectl flag',
		file: yaml,
		from: 'web --replicas=3',
		to: 'web --replica=3',
		at: '--replica=3',
		message: 'unknown flag: --replica',
	},
	{
		name: "a flag's value of the wrong kind",
		file: yaml,
		from: 'web --replicas=1',
		to: 'web --replicas=one',
		at: '--replicas=one',
		message: 'invalid argument "one"',
	},
	{
		name: 'a misspelt type of resource',
		file: yaml,
		from: 'kubectl get endpoints web',
		to: 'kubectl get endpoits web',
		at: 'endpoits',
		message: 'resource type "endpoits"',
	},
	{
		name: 'a mistake behind a pipe and in a substitution',
		file: yaml,
		from: '- kubectl get endpoints web',
		to: '- echo "$(kubectl gett pods)" | cat',
		at: 'gett',
		message: 'unknown command "gett"',
	},
	{
		name: 'a misspelt kubectl',
		file: yaml,
		from: '- kubectl get endpoints web',
		to: '- kubeclt get endpoints web',
		at: 'kubeclt',
		message: 'looks like kubectl',
	},
	{
		name: 'a quote that is not closed',
		file: yaml,
		from: '- kubectl get endpoints web',
		to: '- kubectl get "endpoints web',
		at: '"endpoints web',
		message: 'the shell cannot read this command',
	},
	{
		name: 'a file that the learner does not get',
		file: yaml,
		from: 'commands: [kubectl apply -f service.yaml]',
		to: 'commands: [kubectl apply -f services.yaml]',
		at: 'services.yaml',
		message: 'not among the manifests',
	},
	{
		name: 'a manifest that is not there',
		file: yaml,
		from: 'manifests: [deployment.yaml',
		to: 'manifests: [deploy.yaml, deployment.yaml',
		at: 'deploy.yaml,',
		message: 'there is no file deploy.yaml',
	},
	// Manifests
	{
		name: 'a misspelt field in a manifest',
		file: 'deployment.yaml',
		from: 'replicas: 2',
		to: 'replica: 2',
		at: 'replica: 2',
		message: 'unknown field "spec.replica"',
	},
	{
		name: 'a value of the wrong type in a manifest',
		file: 'deployment.yaml',
		from: 'containerPort: 80',
		to: "containerPort: 'eighty'",
		at: 'eighty',
		message: 'cannot unmarshal string',
	},
	{
		name: 'a port that there cannot be',
		file: 'service.yaml',
		from: 'port: 80',
		to: 'port: 80800',
		at: '80800',
		message: 'between 1 and 65535',
	},
	{
		name: 'labels that the selector does not match',
		file: 'deployment.yaml',
		from: '      labels:\n        app: web',
		to: '      labels:\n        app: wbe',
		at: 'labels:',
		message: '`selector` does not match template `labels`',
	},
	{
		name: 'a name in capitals',
		file: 'service.yaml',
		from: 'name: web',
		to: 'name: Web',
		at: 'name: Web',
		message: 'RFC 1123',
	},
	{
		name: 'a kind that there is not',
		file: 'service.yaml',
		from: 'kind: Service',
		to: 'kind: Servce',
		at: 'kind: Servce',
		message: 'no kind "Servce"',
	},
	{
		name: 'a version that there is not',
		file: 'deployment.yaml',
		from: 'apps/v1',
		to: 'apps/v1beta1',
		at: 'apps/v1beta1',
		message: 'no version "apps/v1beta1"',
	},
	{
		name: "an image that is not among the lesson's",
		file: 'deployment.yaml',
		from: 'nginx:1.14.2',
		to: 'nginx:1.41.2',
		at: 'nginx:1.41.2',
		message: 'not among',
	},
	// What a proof would wait for, or could not run
	{
		name: "a steady check that looks at its own step's memory",
		file: yaml,
		from: 'predict:\n      choices: [stays, grows]\n      answer: grows\n    commands:\n      - kubectl scale deployment web --replicas=3\n    checks:\n      - id: three-addresses\n',
		to: 'remember: before\n    predict:\n      choices: [stays, grows]\n      answer: grows\n    commands:\n      - kubectl scale deployment web --replicas=3\n    checks:\n      - id: three-addresses\n        expr: service("web").clusterIP == before.service("web").clusterIP\n        steady: true\n      - id: four\n',
		at: 'before.service',
		message: 'noted only then',
	},
	{
		name: 'a line of a folded command that is indented more, so that its line break stays',
		file: yaml,
		from: '- kubectl scale deployment web --replicas=3',
		to: '- >-\n        kubectl scale deployment web\n          --replicas=3',
		at: 'kubectl scale deployment web',
		message: 'YAML keeps the line break',
	},
	{
		name: 'a folded line break inside a text of JSON',
		file: yaml,
		from: '- kubectl scale deployment web --replicas=3',
		to: '- >-\n        kubectl patch deployment web -p \'{"metadata":{"labels":{"app":"we\n        b"}},"spec":{"replicas":3}}\'',
		at: '"app":"we',
		message: 'becomes a space',
	},
	{
		name: 'a patch that is not closed',
		file: yaml,
		from: '- kubectl scale deployment web --replicas=3',
		to: '- kubectl patch deployment web -p \'{"spec":{"replicas":3}\'',
		at: 'kubectl patch',
		message: 'neither JSON nor YAML',
	},
	...(
		[
			['etcd', 'kubectl -n kube-system exec etcd-lab-control-plane -- etcdctl get /registry'],
			['kube-proxy', 'kubectl -n kube-system exec ds/kube-proxy -- iptables-save'],
			['hundred-pods', 'kubectl scale deployment web --replicas=120'],
			['nodes', 'kubectl drain lab-worker --ignore-daemonsets'],
			['many-pods', 'kubectl scale deployment web --replicas=1200'],
			['outside-host', 'curl -m 3 10.0.0.250'],
			['clock', 'endpoint-lab clock pause'],
		] as const
	).map(([need, command]) => ({
		name: `a command that needs ${need} and does not say so`,
		file: yaml,
		from: '- kubectl get endpoints web',
		to: `- ${command}`,
		at: command,
		message: `needs the capability "${need}"`,
	})),
	{
		name: 'a check that needs to know who answered and does not say so',
		file: yaml,
		from: 'expr: endpoints("web").ready.size() == 3',
		to: 'expr: requests("web").from("a").addresses.size() == 3',
		at: 'addresses.size() == 3',
		message: 'needs the capability "answered-by"',
	},
	// Images
	{
		name: 'an image without a tag',
		file: yaml,
		from: 'images: [nginx:1.14.2]',
		to: 'images: [nginx:1.14.2, nginx]',
		at: 'images:',
		message: 'the image nginx has no tag',
	},
	{
		name: 'an image that nodes ask a registry for, in a lesson that does not say so',
		file: yaml,
		from: 'images: [nginx:1.14.2]',
		to: 'images: [nginx:1.14.2, nginx:latest]',
		at: 'images:',
		message: 'the nodes ask a registry for nginx:latest each time',
	},
	{
		name: "an image in a command that is not among the lesson's",
		file: yaml,
		from: '- kubectl get endpoints web',
		to: '- kubectl set image deployment/web nginx=nginx:1.41.2',
		at: 'nginx:1.41.2',
		message: 'nginx:1.41.2 is not among',
	},
	{
		name: 'an image in a command without a tag',
		file: yaml,
		from: '- kubectl get endpoints web',
		to: '- kubectl run other --image=nginx',
		at: '--image=nginx',
		message: 'nginx:latest is not among',
	},
	// Names
	{
		name: 'a Service to watch that nothing makes',
		file: yaml,
		from: 'services: [web]',
		to: 'services: [wbe]',
		at: 'services: [wbe]',
		message: 'an object named "wbe"',
	},
	{
		name: 'Pods to watch that nothing makes',
		file: yaml,
		from: 'pods: app=web',
		to: 'pods: app=wbe',
		at: 'pods: app=wbe',
		message: 'a label with the value "wbe"',
	},
	{
		name: 'a label in an expression that nothing has',
		file: yaml,
		from: 'expr: endpoints("web").ready.size() == 3',
		to: 'expr: pods("app in (web, wbe)").size() == 3',
		at: 'wbe',
		message: 'a label with the value "wbe"',
	},
	// Prose
	{
		name: 'background that is not marked as a quotation',
		file: 'en.md',
		from: 'On a cluster of your own',
		to: '\n\nBackground: nodes keep rules. On a cluster of your own',
		at: 'Background: nodes',
		message: 'stands in a quotation',
	},
	{
		name: 'a quotation that does not say that it is background',
		file: 'zh-CN.md',
		from: '在您自己的集群上',
		to: '\n\n> 节点保存规则。\n\n在您自己的集群上',
		at: '> 节点',
		message: 'begins with "> 背景：',
	},
	{
		name: 'background in one language only',
		file: 'en.md',
		from: 'On a cluster of your own',
		to: '\n\n> Background: nodes keep rules.\n\nOn a cluster of your own',
		at: 'Endpoints 控制器看到新 Pod 已就绪',
		foundIn: 'zh-CN.md',
		message: '0 pieces of background here and 1 in en.md',
	},
	{
		name: 'a step without an explanation',
		file: 'en.md',
		from: "### afterwards\n\nThe endpoints controller wrote both Pods into the list, since their labels match the Service's selector.\n",
		to: '',
		at: '## start:',
		message: 'ends without an explanation',
	},
	{
		name: 'another command in one language',
		file: 'zh-CN.md',
		from: '```sh\nkubectl scale deployment web --replicas=3',
		to: '```sh\nkubectl scale deployment web --replicas=4',
		at: '--replicas=4',
		message: 'another one in en.md',
	},
	{
		name: 'a quote of a command that the step does not run',
		file: 'en.md',
		from: 'kubectl get endpoints web\n```',
		to: 'kubectl get endpoints web\n```\n\n```console\n$ kubectl get endpoints web -o wide\n```',
		at: '$ kubectl get endpoints web -o wide',
		message: 'runs no "kubectl get endpoints web -o wide"',
	},
	// The languages
	{
		name: 'a hint without words in one language',
		file: 'zh-CN.md',
		from: '- not-scaled：Deployment 仍然只要两个 Pod。\n',
		to: '',
		at: '- command：`kubectl scale',
		message: 'lacks "- not-scaled: …"',
	},
	{
		name: 'a code block in one language only',
		file: 'en.md',
		from: '```sh\nkubectl scale deployment web --replicas=3\n```',
		to: 'See above.',
		at: '现在再增加一个 Pod',
		foundIn: 'zh-CN.md',
		message: '1 code blocks here and 0 in en.md',
	},
	{
		name: 'an expression in a text that does not compile',
		file: 'en.md',
		from: '${endpoints("web").ready.size()} of 3',
		to: '${endpoints("web").reddy.size()} of 3',
		at: 'reddy',
		message: 'reddy',
	},
	// Links
	{
		name: 'a link to a file that is not there',
		file: 'en.md',
		from: 'Watch the list grow.',
		to: 'Watch the [list](list.md) grow.',
		at: 'list.md',
		message: 'leads to list.md',
	},
	{
		name: 'a link to no web address',
		file: 'zh-CN.md',
		from: '来看这个列表如何变长。',
		to: '来看这个[列表](https//kubernetes.io)如何变长。',
		at: 'https//',
		message: 'https//kubernetes.io',
	},
	{
		name: 'a link to an address without a site',
		file: 'en.md',
		from: 'Watch the list grow.',
		to: 'Watch the [list](https://kubernetes) grow.',
		at: 'https://kubernetes',
		message: 'is not a web address',
	},
];

let sandbox: Sandbox;
let root: string;
/** The findings of each copy with one mistake, in the mistakes' order. */
let findings: {file: string; line: number; column: number; message: string}[][];
let code: number | null;

const folderOf = (index: number) => join(root, `lesson-${index}`);

/** All mistakes in one run: each in its own copy of the lesson that `new` makes. */
beforeAll(async () => {
	sandbox = createSandbox();
	root = mkdtempSync(join(tmpdir(), 'endpoint-lab-lint-'));
	const made = join(root, 'made');
	expect(await sandbox.run(['new', made])).toMatchObject({code: 0, stderr: ''});
	for (const [index, {file, from, to}] of mistakes.entries()) {
		cpSync(made, folderOf(index), {recursive: true});
		const path = join(folderOf(index), file);
		const text = readFileSync(path, 'utf8');
		if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
		writeFileSync(
			path,
			text.replace(from, () => to),
		);
	}
	const ended = await sandbox.run(['lint', '--json', ...mistakes.map((_, index) => folderOf(index))]);
	code = ended.code;
	const events = ended.stdout
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));
	findings = mistakes.map((_, index) =>
		events.filter(({event, file}) => event === 'problem' && file.includes(`/lesson-${index}/`)),
	);
});

afterAll(async () => {
	rmSync(root, {recursive: true, force: true});
	await sandbox.remove();
});

describe('new', () => {
	test('makes a lesson with which nothing is wrong, and which is proven', async () => {
		const made = join(root, 'made');
		expect(await sandbox.run(['lint', made])).toMatchObject({code: 0, stdout: ''});
		const {code, stdout} = await sandbox.run(['test', made, '--yes']);
		expect(stdout).toContain('The lesson is proven.');
		expect(code).toBe(0);
	});

	test('leaves a folder alone that exists already', async () => {
		const again = await sandbox.run(['new', join(root, 'made')]);
		expect(again.code).toBe(1);
		expect(again.stderr).toContain('exists already');
	});
});

describe('lint', () => {
	test('finds nothing wrong with the lessons of the package', async () => {
		expect(await sandbox.run(['lint'])).toMatchObject({code: 0, stdout: ''});
	});

	test('says with 2 that there is no such folder', async () => {
		const {code, stderr} = await sandbox.run(['lint', './nowhere']);
		expect(code).toBe(2);
		expect(stderr).toContain('there is no folder ./nowhere');
	});

	test('prints every finding as file:line:column: message', async () => {
		const index = mistakes.findIndex(({name}) => name === 'a misspelt kubectl flag');
		const {code, stdout} = await sandbox.run(['lint', folderOf(index)]);
		expect(stdout).toMatch(/^\S*lesson\.yaml:36:9: unknown flag: --replica$/m);
		expect(code).toBe(1);
	});

	test('is tried with at least 25 mistakes, and ends with 1', () => {
		expect(mistakes.length).toBeGreaterThanOrEqual(25);
		expect(code).toBe(1);
	});

	test.each(mistakes.map((mistake, index) => ({...mistake, index})))(
		'finds $name, at its line',
		({index, file, at, foundIn = file, message}) => {
			const lines = readFileSync(join(folderOf(index), foundIn), 'utf8').split('\n');
			let line = lines.findIndex(text => text.includes(at)) + 1;
			// What is missing is reported at the heading of its list.
			if (message.startsWith('lacks')) while (!lines[line - 1]!.startsWith('### ')) line--;
			const found = findings[index]!.map(problem => ({
				file: problem.file.split('/').at(-1),
				line: problem.line,
				message: problem.message,
			}));
			expect(found).toContainEqual({file: foundIn, line, message: expect.stringContaining(message)});
		},
	);
});
