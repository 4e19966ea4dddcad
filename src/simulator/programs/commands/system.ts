import {allVariables} from '../environment.ts';
import {unixDate} from '../http-text.ts';
import {type Command, type Signal, signalNumbers} from '../image.ts';
import type {Process} from '../machine.ts';
import {CommandNotFound} from '../machine.ts';
import {echoText} from '../shell/builtins.ts';
import {badOption} from './options.ts';
import {format} from './printf.ts';
import {test as evaluateTest} from './test.ts';

/** A command that never waits. */
const plain = (run: (process: Process, words: string[]) => number): Command =>
	// biome-ignore lint/correctness/useYield: commands that do not wait have the same shape as those that do
	function* command(process) {
		return run(process, process.arguments.slice(1));
	};

/** Milliseconds of `5`, `0.5`, `2m`, `1h`, `infinity`; undefined for anything else. */
function duration(text: string): number | undefined {
	if (text === 'infinity' || text === 'inf') return Number.POSITIVE_INFINITY;
	const match = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
	if (!match) return undefined;
	return Number(match[1]) * {'': 1, s: 1, m: 60, h: 3600, d: 86_400}[match[2] as '' | 's' | 'm' | 'h' | 'd'] * 1000;
}

const sleep: Command = function* sleep(process) {
	let total = 0;
	for (const word of process.arguments.slice(1)) {
		const ms = duration(word);
		if (ms === undefined) {
			process.stderr(`sleep: invalid number '${word}'\n`);
			return 1;
		}
		total += ms;
	}
	if (total === Number.POSITIVE_INFINITY) yield () => () => {};
	yield* process.sleep(total);
	return 0;
};

const ps = plain(process => {
	process.stdout('PID   USER     TIME  COMMAND\n');
	for (const {pid, user, title} of process.machine.processes)
		process.stdout(`${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${title}\n`);
	return 0;
});

const kill = plain((process, words) => {
	let signal: Signal = 'SIGTERM';
	const targets = [...words];
	if (targets[0] === '-s') {
		targets.shift();
		targets[0] = `-${targets[0]}`;
	}
	if (targets[0]?.startsWith('-') && targets.length > 1) {
		const given = targets.shift()!.slice(1);
		const found = Object.entries(signalNumbers).find(
			([name, number]) => String(number) === given || name === given || name === `SIG${given}`,
		);
		if (!found) {
			process.stderr(`kill: bad signal name '${given}'\n`);
			return 1;
		}
		signal = found[0] as Signal;
	}
	let code = 0;
	for (const target of targets) {
		if (!process.machine.signal(Number(target), signal)) {
			process.stderr(`kill: can't kill pid ${target}: No such process\n`);
			code = 1;
		}
	}
	return code;
});

const killall = plain((process, words) => {
	const [name = ''] = words.filter(word => !word.startsWith('-'));
	const found = process.machine.processes.filter(
		({arguments: line, pid}) => pid !== process.pid && (line[0] ?? '').replace(/^.*\//, '').replace(/:$/, '') === name,
	);
	for (const {pid} of found) process.machine.signal(pid, 'SIGTERM');
	if (found.length === 0) process.stderr(`killall: ${name}: no process killed\n`);
	return found.length > 0 ? 0 : 1;
});

const date = plain((process, words) => {
	const now = process.machine.clock.now();
	const wanted = words.find(word => word.startsWith('+'));
	if (!wanted) {
		process.stdout(`${unixDate(now)}\n`);
		return 0;
	}
	const iso = new Date(now).toISOString();
	const values: Record<string, string> = {
		s: String(Math.floor(now / 1000)),
		Y: iso.slice(0, 4),
		m: iso.slice(5, 7),
		d: iso.slice(8, 10),
		H: iso.slice(11, 13),
		M: iso.slice(14, 16),
		S: iso.slice(17, 19),
		F: iso.slice(0, 10),
		T: iso.slice(11, 19),
		N: `${iso.slice(20, 23)}000000`,
		Z: 'UTC',
		n: '\n',
		'%': '%',
	};
	process.stdout(`${wanted.slice(1).replace(/%(.)/g, (whole, c: string) => values[c] ?? whole)}\n`);
	return 0;
});

const id = plain((process, words) => {
	const {uid, gid, name} = process.machine.image.user;
	if (words.includes('-u')) process.stdout(`${words.includes('-n') ? name : uid}\n`);
	else if (words.includes('-g')) process.stdout(`${gid}\n`);
	else process.stdout(`uid=${uid}(${name}) gid=${gid}(${name}) groups=${gid}(${name})\n`);
	return 0;
});

const uname = plain((process, words) => {
	const {hostname} = process.machine;
	const parts = {s: 'Linux', n: hostname, r: '6.1.0', v: '#1 SMP', m: 'x86_64', o: 'Linux'};
	const flags = words.join('').replaceAll('-', '') || 's';
	const chosen = flags.includes('a')
		? Object.values(parts)
		: [...flags].map(flag => parts[flag as keyof typeof parts] ?? '');
	process.stdout(`${chosen.join(' ')}\n`);
	return 0;
});

const env: Command = function* env(process) {
	const words = process.arguments.slice(1);
	const environment = words[0] === '-i' ? {} : allVariables(process.environment);
	if (words[0] === '-i') words.shift();
	while (/^[A-Za-z_]\w*=/.test(words[0] ?? '')) {
		const [name = '', ...value] = words.shift()!.split('=');
		environment[name] = value.join('=');
	}
	if (words.length > 0) {
		try {
			return yield* process.run({arguments: words, environment});
		} catch (error) {
			if (!(error instanceof CommandNotFound)) throw error;
			process.stderr(`env: can't execute '${words[0]}': No such file or directory\n`);
			return 127;
		}
	}
	for (const [name, value] of Object.entries(environment)) process.stdout(`${name}=${value}\n`);
	return 0;
};

const timeout: Command = function* timeout(process) {
	const words = process.arguments.slice(1);
	let signal: Signal = 'SIGTERM';
	if (words[0] === '-s') signal = `SIG${words.splice(0, 2)[1]?.replace(/^SIG/, '')}` as Signal;
	const ms = duration(words.shift() ?? '');
	if (ms === undefined) return badOption(process, 'SECS');
	let expired = false;
	const timer = process.machine.clock.after(ms, () => {
		expired = true;
		if (child) process.machine.signal(child.pid, signal);
	});
	let child: Process | undefined;
	try {
		let code: number | undefined;
		let wake = () => {};
		child = process.spawn({arguments: words}, status => {
			code = status;
			wake();
		});
		if (code === undefined) {
			yield resume => {
				wake = resume;
				return () => {};
			};
		}
		return expired ? 143 : (code ?? 0);
	} catch (error) {
		if (!(error instanceof CommandNotFound)) throw error;
		process.stderr(`timeout: can't execute '${words[0]}': No such file or directory\n`);
		return 127;
	} finally {
		timer.cancel();
		if (child) process.machine.kill(child.pid);
	}
};

const hostname = plain((process, words) => {
	const {network, files, hostname: name} = process.machine;
	// The first name of the own address in /etc/hosts is the whole one.
	const own = (files.entry('/etc/hosts')?.content?.toString() ?? '')
		.split('\n')
		.find(line => line.endsWith(`\t${name}`));
	const texts: Record<string, string> = {'-i': network.ip, '-f': own?.split('\t')[1] ?? name};
	process.stdout(`${texts[words[0] ?? ''] ?? name}\n`);
	return 0;
});

const seq = plain((process, words) => {
	const numbers = words.map(Number);
	const [from, step, to] =
		numbers.length === 1
			? [1, 1, numbers[0]!]
			: numbers.length === 2
				? [numbers[0]!, 1, numbers[1]!]
				: (numbers as [number, number, number]);
	let text = '';
	for (let n = from; step > 0 ? n <= to : n >= to; n += step) {
		text += `${n}\n`;
		if (step === 0 || text.length > 10_000_000) break;
	}
	process.stdout(text);
	return 0;
});

const which = plain((process, words) => {
	let code = 0;
	for (const word of words) {
		try {
			process.stdout(`${process.machine.find(word, process.environment, process.directory).path}\n`);
		} catch {
			code = 1;
		}
	}
	return code;
});

const bracket = plain((process, words) => {
	const where = {directory: process.directory, process};
	if (process.arguments[0] === '[') return evaluateTest(words.slice(0, -1), where, process.stderr);
	return evaluateTest(words, where, process.stderr);
});

const yes: Command = function* yes(process) {
	const text = `${process.arguments.slice(1).join(' ') || 'y'}\n`;
	for (;;) {
		for (let i = 0; i < 100; i++) process.stdout(text);
		yield* process.sleep(1);
	}
};

/** Commands about processes, time, names and the shell's own business. */
export const systemCommands: Record<string, Command> = {
	'[': bracket,
	date,
	echo: plain((process, words) => {
		process.stdout(echoText(words));
		return 0;
	}),
	env,
	false: plain(() => 1),
	hostname,
	id,
	kill,
	killall,
	printenv: plain((process, words) => {
		if (words.length === 0)
			for (const [name, value] of Object.entries(allVariables(process.environment)))
				process.stdout(`${name}=${value}\n`);
		for (const word of words) {
			const value = process.environment[word];
			if (value === undefined) return 1;
			process.stdout(`${value}\n`);
		}
		return 0;
	}),
	printf: plain((process, words) => {
		process.stdout(format(words[0] ?? '', words.slice(1)));
		return 0;
	}),
	ps,
	pwd: plain(process => {
		process.stdout(`${process.directory}\n`);
		return 0;
	}),
	seq,
	sleep,
	sync: plain(() => 0),
	test: bracket,
	timeout,
	true: plain(() => 0),
	uname,
	which,
	whoami: plain(process => {
		process.stdout(`${process.machine.image.user.name}\n`);
		return 0;
	}),
	yes,
};
