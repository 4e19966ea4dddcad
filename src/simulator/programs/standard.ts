import {fileCommands} from './commands/files.ts';
import {nc} from './commands/nc.ts';
import {nslookup} from './commands/nslookup.ts';
import {systemCommands} from './commands/system.ts';
import {tar} from './commands/tar.ts';
import {textCommands} from './commands/text.ts';
import {wget} from './commands/wget.ts';
import type {Command} from './image.ts';
import {shellProgram} from './shell/sh.ts';

/** Where the images here look for programs. */
export const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Files that every image but the empty one has. */
export const standardFiles: Record<string, string> = {
	'/bin/': '',
	'/dev/null': '',
	'/etc/passwd':
		'root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
	'/etc/group': 'root:x:0:\nnginx:x:101:\nnogroup:x:65534:\n',
	'/home/': '',
	'/root/': '',
	'/tmp/': '',
	'/usr/bin/': '',
	'/var/run/': '',
};

/** The prompt of busybox' shell: the directory, and `#` for root. */
const plainPrompt = ({directory, process}: {directory: string; process: {machine: {image: {user: {uid: number}}}}}) =>
	`${directory} ${process.machine.image.user.uid === 0 ? '#' : '$'} `;

/** The shell that answers to `sh`. */
export const sh: Command = shellProgram(plainPrompt);

/** The same shell as `bash`, with the prompt that Debian gives root. */
export const bash: Command = shellProgram(
	({directory, process}) => `root@${process.machine.hostname}:${directory.replace(/^\/root(?=\/|$)/, '~')}# `,
);

/** A shell and the small tools, by absolute path. */
export const standardPrograms: [string, Command][] = [
	['/bin/sh', sh],
	...Object.entries({...fileCommands, ...textCommands, ...systemCommands, nc, nslookup, tar, wget}).map(
		([name, command]): [string, Command] => [`/bin/${name}`, command],
	),
];
