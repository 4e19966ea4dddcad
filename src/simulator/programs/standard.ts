import type {Command} from './image.ts';

/** Where the images here look for programs. */
export const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Files that every image but the empty one has. */
export const standardFiles: Record<string, string> = {
	'/bin/': '',
	'/dev/null': '',
	'/etc/passwd':
		'root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
	'/etc/group': 'root:x:0:\nnginx:x:101:\nnogroup:x:65534:\n',
	'/root/': '',
	'/tmp/': '',
	'/usr/bin/': '',
	'/var/run/': '',
};

/** A shell and the small tools, by absolute path. */
export const standardPrograms: [string, Command][] = [];
