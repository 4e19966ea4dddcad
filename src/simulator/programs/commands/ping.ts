import type {Command} from '../image.ts';
import type {Process} from '../machine.ts';
import {waitFor} from '../running.ts';
import {resolve} from './http-client.ts';
import {badOption, readOptions} from './options.ts';

/** Milliseconds until the time has passed or somebody presses Ctrl-C. */
const rest = (process: Process, ms: number) =>
	waitFor<'over' | 'interrupted'>(settle => {
		const timer = process.machine.clock.after(ms, () => settle('over'));
		process.handlers.set('SIGINT', () => {
			timer.cancel();
			settle('interrupted');
		});
		return () => timer.cancel();
	});

/**
 * `ping` as busybox has it. Pods, nodes and machines outside answer; the address of a Service does not, since kube-proxy's
 * rules are for its ports alone.
 */
export const ping: Command = function* ping(process) {
	const {flags, values, words, bad} = readOptions(process.arguments.slice(1), '4qc:i:W:w:s:');
	if (bad) return badOption(process, bad);
	const [host = ''] = words;
	const ip = host && resolve(process, host);
	if (!ip) {
		process.stderr(`ping: bad address '${host}'\n`);
		return 1;
	}
	const {network, clock, random} = process.machine;
	const bytes = Number(values.s ?? 56);
	const count = values.c === undefined ? Number.POSITIVE_INFINITY : Number(values.c);
	const interval = Number(values.i ?? 1) * 1000;
	const patience = Number(values.W ?? 10) * 1000;
	const end = values.w === undefined ? Number.POSITIVE_INFINITY : clock.now() + Number(values.w) * 1000;
	process.stdout(`PING ${host} (${ip}): ${bytes} data bytes\n`);
	const times: number[] = [];
	let sent = 0;
	while (sent < count && clock.now() < end) {
		const hops = network.hopsTo(ip);
		sent++;
		if (hops !== undefined) {
			const time = (50 + 40 * hops + random.below(60)) / 1000;
			times.push(time);
			if (!flags.has('q'))
				process.stdout(`${bytes + 8} bytes from ${ip}: seq=${sent - 1} ttl=${64 - hops} time=${time.toFixed(3)} ms\n`);
		}
		const last = sent >= count;
		if (last && hops !== undefined) break;
		const ms = Math.min(last ? patience : interval, end - clock.now());
		if ((yield* rest(process, ms)) === 'interrupted') break;
	}
	const lost = Math.round(((sent - times.length) / sent) * 100);
	process.stdout(
		`\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} packets received, ${lost}% packet loss\n`,
	);
	if (times.length === 0) return 1;
	const average = times.reduce((sum, time) => sum + time, 0) / times.length;
	const shown = [Math.min(...times), average, Math.max(...times)].map(time => time.toFixed(3));
	process.stdout(`round-trip min/avg/max = ${shown.join('/')} ms\n`);
	return 0;
};
