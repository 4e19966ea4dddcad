import type {Command} from '../image.ts';
import {waitFor} from '../running.ts';
import {resolve, synTimeout} from './http-client.ts';
import {readOptions} from './options.ts';

/** `nc -z HOST PORT` and `nc -zv`: is somebody listening? */
export const nc: Command = function* nc(process) {
	const {flags, values, words} = readOptions(process.arguments.slice(1), 'zvw:');
	const [host = '', port = ''] = words;
	const ip = resolve(process, host);
	if (!ip) {
		process.stderr(`nc: bad address '${host}'\n`);
		return 1;
	}
	if (!flags.has('z')) {
		process.stderr('nc: the simulated nc only tests ports, with -z\n');
		return 1;
	}
	const patience = Number(values.w ?? 0) * 1000 || synTimeout;
	const open = yield* waitFor<string>(settle =>
		process.machine.network.probe({host: ip, port: Number(port), connectTimeout: patience}, settle),
	);
	if (open === 'open') {
		if (flags.has('v')) process.stderr(`${host} (${ip}:${port}) open\n`);
		return 0;
	}
	process.stderr(`nc: ${ip} (${ip}:${port}): ${open === 'refused' ? 'Connection refused' : 'Operation timed out'}\n`);
	return 1;
};
