import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';

const script = fileURLToPath(new URL('../../scripts/pictures.mjs', import.meta.url));

it('the pictures in docs show what the lab shows; if not, npm run pictures takes them anew', {
	timeout: 600_000,
}, async () => {
	const child = spawn(process.execPath, [script, '--check'], {stdio: ['ignore', 'pipe', 'pipe']});
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', text => {
			said += text;
		});
	const code = await new Promise(resolve => child.once('close', resolve));
	expect(said).toBe('The pictures are as they were.\n');
	expect(code).toBe(0);
});
