import {curl as curlCommand} from './commands/curl.ts';
import {ping} from './commands/ping.ts';
import {baseFiles} from './file-system.ts';
import type {Image} from './image.ts';
import {type sh, standardFiles, standardPath, standardPrograms} from './standard.ts';

/** curl's own image: `kubectl run tmp --image=curlimages/curl -it --rm -- sh`. */
export const curl: Image = {
	repositories: ['docker.io/curlimages/curl'],
	hasTag: tag => /^(latest|[78]\.\d{1,2}\.\d{1,2})$/.test(tag),
	open() {
		const programs = new Map([
			...standardPrograms,
			['/bin/ping', ping],
			['/usr/bin/curl', curlCommand],
			['/entrypoint.sh', entrypoint],
		]);
		return {
			files: baseFiles({...standardFiles, '/home/curl_user/': ''}, Date.UTC(2025, 5, 4), [...programs.keys()]),
			programs,
			entrypoint: ['/entrypoint.sh'],
			command: ['curl'],
			environment: {PATH: standardPath},
			workingDirectory: '/home/curl_user',
			user: {uid: 100, gid: 101, name: 'curl_user'},
			stopSignal: 'SIGTERM',
			sizeBytes: 9_300_000,
		};
	},
};

/** Words that are no program are arguments of curl. */
const entrypoint: typeof sh = function* entrypoint(process) {
	const words = process.arguments.slice(1);
	const [first = ''] = words;
	let line = words;
	try {
		if (first.startsWith('-')) throw new Error('an option of curl');
		process.machine.find(first, process.environment, process.directory);
	} catch {
		line = ['curl', ...words];
	}
	process.arguments = line;
	process.title = line.join(' ');
	return yield* process.machine.find(line[0]!, process.environment, process.directory).command(process);
};
