import {oldNslookup} from './commands/nslookup.ts';
import {ping} from './commands/ping.ts';
import {baseFiles} from './file-system.ts';
import type {Command, Image} from './image.ts';
import {CommandNotFound} from './machine.ts';
import {standardFiles, standardPath, standardPrograms} from './standard.ts';

const versions = /^(latest|stable|unstable|musl|glibc|uclibc|1|1\.(2[5-9]|3[0-7])(\.\d{1,2})?)(-(musl|glibc|uclibc))?$/;

/** `busybox NAME …` runs the tool of that name. */
const busyboxCommand: Command = function* busybox(process) {
	const [name, ...rest] = process.arguments.slice(1);
	if (!name) {
		process.stdout('BusyBox multi-call binary, simulated.\n');
		return 0;
	}
	try {
		return yield* process.run({arguments: [`/bin/${name}`, ...rest]});
	} catch (error) {
		if (!(error instanceof CommandNotFound)) throw error;
		process.stderr(`${name}: applet not found\n`);
		return 127;
	}
};

/** A shell and the small tools. */
export const busybox: Image = {
	repositories: ['docker.io/library/busybox'],
	hasTag: tag => versions.test(tag),
	open(tag) {
		const programs = new Map([...standardPrograms, ['/bin/ping', ping], ['/bin/busybox', busyboxCommand]]);
		if (/^1\.2[5-8]/.test(tag)) programs.set('/bin/nslookup', oldNslookup);
		return {
			files: baseFiles(standardFiles, Date.UTC(2024, 8, 26, 21, 31, 42), [...programs.keys()]),
			programs,
			entrypoint: [],
			command: ['sh'],
			environment: {PATH: standardPath},
			workingDirectory: '/',
			user: {uid: 0, gid: 0, name: 'root'},
			stopSignal: 'SIGTERM',
			sizeBytes: 2_150_000,
		};
	},
};
