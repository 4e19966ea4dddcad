import type {Key} from 'ink';
import {describe, expect, it} from 'vitest';
import {commandOf, type KeyPress, keyPresses} from '../../src/tui/keys.ts';
import {wantsTerminal} from '../../src/tui/terminal-commands.ts';

const none = {} as Key;
const names = (presses: KeyPress[]) =>
	presses.map(press => ('text' in press ? press.text : `<${press.name}>`)).join('');

describe('keys', () => {
	it('takes a line and its Enter out of one read', () => {
		expect(names(keyPresses('ls\r', none))).toBe('ls<enter>');
		expect(names(keyPresses('a\rb\nc', none))).toBe('a<enter>b<enter>c');
	});

	it('finds control keys among letters of the same read', () => {
		expect(names(keyPresses('ab\u0015c\u007f\t', none))).toBe('ab<ctrl-u>c<backspace><tab>');
	});

	it('keeps characters of several code points whole', () => {
		expect(keyPresses('地e\u0301', none)).toEqual([{name: 'text', text: '地e\u0301'}]);
	});

	it('knows Ctrl with a letter, and words with Alt or Ctrl and an arrow', () => {
		expect(names(keyPresses('n', {ctrl: true} as Key))).toBe('<ctrl-n>');
		expect(names(keyPresses('', {leftArrow: true, ctrl: true} as Key))).toBe('<word-left>');
		expect(names(keyPresses('f', {meta: true} as Key))).toBe('<word-right>');
	});

	it('ignores keys that mean nothing', () => {
		expect(keyPresses('x', {meta: true} as Key)).toEqual([]);
		expect(keyPresses('', none)).toEqual([]);
	});
});

describe('words of the lab', () => {
	it('are only words: a command that begins like one goes to the shell', () => {
		expect(commandOf('next')).toBe('next');
		expect(commandOf('exit')).toBe('quit');
		expect(commandOf('nslookup my-service')).toBeUndefined();
		expect(commandOf('constructor')).toBeUndefined();
	});
});

describe('commands that want the terminal', () => {
	it.each([
		'vim deployment.yaml',
		'EDITOR=nano kubectl edit deploy nginx',
		'kubectl exec -it web -- sh',
		'kubectl -n default exec -ti web -- bash',
		'kubectl exec --stdin --tty web -- bash',
		'kubectl run -it --rm probe --image=busybox -- sh',
		'kubectl get pods | less',
		'watch kubectl get pods',
		'sudo /usr/bin/top',
		'bash',
		'bash --norc -i',
		"sh -i -c 'echo a; cat > b'",
		'EDITOR="code --wait" kubectl edit svc web',
		'cd /tmp && vim x',
		'for f in *.yaml; do vim $f; done',
		'if true; then less x; fi',
		'(cd deep; kubectl edit svc web)',
		'docker exec -it web sh',
		'kubectl attach -it web',
		'kubectl debug -it web --image=busybox',
	])('%s', command => expect(wantsTerminal(command)).toBe(true));

	it.each([
		'kubectl get pods -w',
		'docker ps -a --format table',
		'for f in *.yaml; do cat $f; done',
		'kubectl top pods',
		'kubectl exec web -- cat /etc/hosts',
		'kubectl exec web -- top -b -n 1',
		'kubectl apply -f deployment.yaml',
		'kubectl create deploy test --image=nginx',
		'cat vim.txt',
		'bash script.sh',
		'bash --version',
		'sh -c "echo hi"',
		'echo "first; vim x | less" && true',
		"printf 'a\\n;top\\n'",
		'echo "a" | sh',
		'curl my-service',
	])('not: %s', command => expect(wantsTerminal(command)).toBe(false));
});
