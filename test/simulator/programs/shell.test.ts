import {beforeAll, expect, test} from 'vitest';
import {parseScript, SyntaxFailure} from '../../../src/simulator/programs/shell/parse.ts';
import {seededRandom} from '../../../src/simulator/random.ts';
import {createLab, type Lab} from '../node/lab.ts';

let lab: Lab;
beforeAll(() => {
	lab = createLab();
	lab.pod('box', {image: 'busybox:1.36', command: ['sleep', '100000']});
	lab.advance(3000);
});

const run = async (script: string, within = 0) => {
	const {code, stdout, stderr} = await lab.exec('box', script, {within});
	return stdout + stderr + (code ? `[${code}]` : '');
};

/** What a POSIX shell prints for a script; a number in brackets is the exit status. */
const scripts: [name: string, script: string, output: string][] = [
	['quotes', `a='x  y'; echo $a "$a" '$a' \\$a "\\$a"`, 'x y x  y $a $a $a\n'],
	['for', 'for i in 1 2 "3 4"; do echo "<$i>"; done', '<1>\n<2>\n<3 4>\n'],
	['while', 'i=0; while [ $i -lt 3 ]; do i=$((i + 1)); echo $i; done', '1\n2\n3\n'],
	['until', 'i=3; until test $i -eq 0; do echo $i; i=$((i-1)); done', '3\n2\n1\n'],
	['break and continue', 'for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done', '1\n3\n'],
	['if', 'if false; then echo a; elif true; then echo b; else echo c; fi', 'b\n'],
	[
		'case',
		'for f in x.html y.txt z; do case $f in *.html) echo page;; *.txt|*.md) echo text;; *) echo other;; esac; done',
		'page\ntext\nother\n',
	],
	['and, or, not', 'true && echo a; false || echo b; ! false && echo c; false && echo d || echo e', 'a\nb\nc\ne\n'],
	['pipes', 'printf "b\\na\\nc\\n" | sort | head -2 | tr a-z A-Z', 'A\nB\n'],
	['status of a pipe is that of its end', 'false | true; echo $?; true | false; echo $?', '0\n1\n'],
	[
		'redirections',
		'echo out > /tmp/f; echo more >> /tmp/f; cat < /tmp/f; ls /nowhere 2>/dev/null; ls /nowhere 2>&1 | cat',
		'out\nmore\nls: /nowhere: No such file or directory\n',
	],
	['here-document', "x=7; cat <<EOF\nvalue $x $((x + 1))\nEOF\ncat <<'EOF'\nvalue $x\nEOF", 'value 7 8\nvalue $x\n'],
	['command substitution', 'echo "$(echo a; echo b)" $(echo c; echo d) `echo e`', 'a\nb c d e\n'],
	['nested substitution', 'echo $(echo $(echo deep) "$(echo "and quoted")")', 'deep and quoted\n'],
	[
		'arithmetic',
		'echo $((2 + 3 * 4)) $(( (2+3)*4 )) $((7 / 2)) $((7 % 3)) $((1 < 2)) $((0 ? 5 : 6))',
		'14 20 3 1 1 6\n',
	],
	[
		'parameters',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours.
		'f=a/b/c.txt; echo ${f##*/} ${f#*/} ${f%.txt} ${f%%/*} ${#f} ${no:-default} ${f:+set}',
		'c.txt b/c.txt a/b/c a 9 default set\n',
	],
	['functions', 'f() { echo "got $1 of $#"; return 3; }; f x y; echo $?', 'got x of 2\n3\n'],
	['arguments', 'set -- a "b c" d; echo $# "$2"; shift; for x in "$@"; do echo "<$x>"; done', '3 b c\n<b c>\n<d>\n'],
	['subshell', 'x=1; (x=2; cd /tmp; echo $x $(pwd)); echo $x $(pwd)', '2 /tmp\n1 /\n'],
	['group', '{ echo a; echo b; } > /tmp/g; wc -l < /tmp/g', '2\n'],
	[
		'globs',
		'mkdir -p /tmp/d; touch /tmp/d/a.x /tmp/d/b.x /tmp/d/c; echo /tmp/d/*.x "/tmp/d/*" /tmp/d/*.none',
		'/tmp/d/a.x /tmp/d/b.x /tmp/d/* /tmp/d/*.none\n',
	],
	['not found', 'nosuch; echo $?', '127\nsh: nosuch: not found\n'],
	['exit', 'echo a; exit 4; echo b', 'a\n[4]'],
	['set -e', 'set -e; false || true; if false; then :; fi; echo here; false; echo never', 'here\n[1]'],
	['eval and .', `eval 'x=5'; echo 'y=6' > /tmp/vars; . /tmp/vars; echo $x $y`, '5 6\n'],
	['exported variables', 'A=1; export B=2; C=3 sh -c \'echo "<$A><$B><$C>"\'', '<><2><3>\n'],
	[
		'read',
		'printf "one two three\\nfour\\n" | while read first rest; do echo "$first|$rest"; done',
		'one|two three\nfour|\n',
	],
	['test', '[ -d /etc -a -f /etc/passwd ] && [ ! -e /nowhere ] && [ "a" != "b" ] && [ -z "" ] && echo yes', 'yes\n'],
	['comments', 'echo a # b\n# c\necho d#e', 'a\nd#e\n'],
	['a script file', 'printf "#!/bin/sh\\necho script \\$1\\n" > /tmp/s; chmod +x /tmp/s; /tmp/s arg', 'script arg\n'],
	['syntax errors', 'echo a; if true; then echo b', 'sh: syntax error: unexpected end of file (expecting "fi")\n[2]'],
	['a missing word', 'for x in < ; do :; done', 'sh: syntax error: unexpected "<"\n[2]'],
	['a folder does not go into itself', 'cp -r / /tmp/all', "cp: can't stat '/': Invalid argument\n[1]"],
	['a file in a folder that is not there', 'echo x | tee /nowhere/file', 'tee: No such file or directory\n[1]'],
	[
		'an endless writer ends with its reader',
		'yes | head -2; yes | head -c 3; yes | head -1x',
		'y\ny\ny\nyhead: unrecognized option: 1\n[1]',
	],
	['sed', 'printf "one\\ntwo\\n" | sed "s/o/0/g; /tw/d"; printf "a/b\\n" | sed "s|/|-|"', '0ne\na-b\n'],
	[
		'grep',
		'printf "Ready\\nNot\\n" | grep -i ready; printf "a\\nb\\n" | grep -v a; printf "x" | grep -q y || echo none',
		'Ready\nb\nnone\n',
	],
	[
		'text tools',
		'printf "b 2\\na 1\\nb 2\\n" | sort | uniq -c | sort -rn | head -1; echo a:b:c | cut -d: -f2,3; seq 3 | tail -1',
		'      2 b 2\nb:c\n3\n',
	],
	[
		'files',
		'cd /tmp; mkdir -p m/n; echo t > m/n/f; cp -r m k; mv k/n/f k/g; cat k/g; rm -r m; ls -d m k; rmdir k',
		"t\nk\nls: m: No such file or directory\nrmdir: 'k': Directory not empty\n[1]",
	],
	['xargs', 'echo a b c | xargs -n 1 echo item', 'item a\nitem b\nitem c\n'],
];

test.each(scripts)('%s', async (_, script, output) => {
	expect(await run(script)).toBe(output);
});

test('sleep takes the time of the cluster, in the foreground and in the background', async () => {
	const began = lab.clock.now();
	expect(await run('sleep 2; echo done', 3000)).toBe('done\n');
	expect(lab.clock.now() - began).toBeGreaterThanOrEqual(2000);
	expect(await run('sleep 1 & sleep 1 & wait; echo both', 1500)).toBe('both\n');
	expect(await run('sleep 60 & kill $!; wait; echo killed')).toBe('killed\n');
	expect(await run('timeout 1 sleep 60; echo $?', 2000)).toBe('143\n');
});

test('a loop that never ends does not stop the cluster', async () => {
	lab.pod('spin', {image: 'busybox:1.36', command: ['sh', '-c', 'while :; do :; done']});
	lab.advance(3000);
	expect(lab.get('spin').status.phase).toBe('Running');
	lab.remove('spin', {gracePeriodSeconds: 0});
});

test('ps shows what runs, kill ends it', async () => {
	const shown = await run('sleep 77 & ps; kill $!');
	expect(shown).toMatch(/^PID {3}USER {5}TIME {2}COMMAND\n {4}1 root {6}0:00 sleep 100000\n/);
	expect(shown).toMatch(/\d+ root {6}0:00 sleep 77\n/);
});

test("environment: the image's, the Pod's own, those of Services that exist", async () => {
	lab.service('db', {ports: [{port: 5432, protocol: 'TCP', targetPort: 5432}]});
	lab.pod('env', {
		image: 'busybox:1.36',
		command: ['sleep', '1000'],
		env: [
			{name: 'GREETING', value: 'hi'},
			{name: 'BOTH', value: '$(GREETING)-$(GREETING)'},
			{name: 'POD_IP', valueFrom: {fieldRef: {fieldPath: 'status.podIP'}}},
		],
	});
	lab.advance(3000);
	const {stdout} = await lab.exec(
		'env',
		'echo $GREETING $BOTH $HOSTNAME $DB_SERVICE_PORT $KUBERNETES_SERVICE_HOST $POD_IP; hostname',
	);
	expect(stdout).toBe(`hi hi-hi env 5432 10.96.0.1 ${lab.get('env').status.podIP}\nenv\n`);
});

const pieces = [
	...[
		'echo',
		'a',
		'"b c"',
		"'q'",
		'$x',
		'$(ls)',
		'`pwd`',
		'|',
		'||',
		'&&',
		';',
		'&',
		'\n',
		'>',
		'>>',
		'<',
		'2>&1',
		'/tmp/f',
		'/nope/x',
	],
	...[
		'if',
		'then',
		'else',
		'fi',
		'while',
		'do',
		'done',
		'for',
		'in',
		'case',
		'esac',
		';;',
		'(',
		')',
		'{',
		'}',
		'!',
		'[',
		']',
		'test',
	],
	...[
		'$((1+',
		'2))',
		'*',
		'[a-z',
		'\\',
		'"',
		"'",
		'$',
		'#',
		'<<EOF',
		'EOF',
		'cat',
		'sed s/a/[/',
		'grep [',
		'head',
		'-n',
		'tee',
		'cut -d',
	],
	...[
		'tr a-',
		'xargs',
		'printf %s%d',
		'kill 99',
		'cd',
		'touch a b',
		'cp a',
		'set -e',
		'set -u',
		'trap echo EXIT',
		'read v',
		'exit 3',
		'break',
	],
	...[
		'f()',
		'eval',
		'wget -qO-',
		'nslookup',
		'nc -z x',
		'timeout 1',
		'date +%',
		'seq 3',
		'unset PATH',
		'local a=1',
		'. /tmp/f',
		'return',
	],
];

test('no script, however odd, hangs the parser or makes it fail in any other way than a syntax error', () => {
	const random = seededRandom(7);
	for (let i = 0; i < 5000; i++) {
		const text = Array.from({length: 1 + random.below(10)}, () => pieces[random.below(pieces.length)]).join(' ');
		try {
			parseScript(text);
		} catch (error) {
			expect(error, text).toBeInstanceOf(SyntaxFailure);
		}
	}
});

test('no command line, however odd, is an internal error', async () => {
	const random = seededRandom(11);
	for (let i = 0; i < 400; i++) {
		const text = Array.from({length: 1 + random.below(8)}, () => pieces[random.below(pieces.length)]).join(' ');
		const {stdout, stderr} = await lab.exec('box', ['timeout', '3', 'sh', '-c', text], {within: 3000});
		expect(stdout + stderr, text).not.toContain('internal error');
	}
});
