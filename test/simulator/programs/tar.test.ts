import {afterEach, expect, it} from 'vitest';
import {createLab} from '../node/lab.ts';

let lab: ReturnType<typeof createLab>;
afterEach(() => lab?.stop());

const start = () => {
	lab = createLab();
	lab.pod('box', {image: 'busybox', command: ['sleep', '3600']});
	lab.advance(5000);
};
const sh = (text: string, stdin?: string) => lab.exec('box', text, {within: 1000, ...(stdin !== undefined && {stdin})});

it('what tar packs it unpacks, folders, modes, long names and big files included', async () => {
	start();
	const deep = 'a-rather-long-folder-name/'.repeat(6);
	await sh(
		`mkdir -p /tmp/in/${deep} && echo deep > /tmp/in/${deep}file && echo x > /tmp/in/run && chmod 755 /tmp/in/run`,
	);
	await sh('seq 1 5000 > /tmp/in/big');
	const piped = await sh('mkdir /tmp/out; cd /tmp; tar cf - in | tar xf - -C /tmp/out');
	expect(piped).toEqual({code: 0, stdout: '', stderr: ''});
	expect((await sh(`cat /tmp/out/in/${deep}file`)).stdout).toBe('deep\n');
	expect((await sh('ls -l /tmp/out/in/run')).stdout).toMatch(/^-rwxr-xr-x/);
	expect((await sh('wc -l < /tmp/out/in/big')).stdout.trim()).toBe('5000');
	expect((await sh('cd /tmp; tar cf x.tar in/run; tar tf x.tar')).stdout).toBe('in/run\n');
});

it('says what is missing, and refuses what is no archive or would leave the folder', async () => {
	start();
	expect(await sh('tar cf - /nothing > /tmp/x')).toMatchObject({
		code: 1,
		stderr: expect.stringContaining('tar: /nothing: No such file or directory\n'),
	});
	expect(await sh('tar xf - -C /tmp', 'n'.repeat(2048))).toMatchObject({code: 1, stderr: 'tar: invalid tar magic\n'});
	expect(await sh('tar xf - -C /nowhere', '')).toMatchObject({
		code: 1,
		stderr: "tar: can't change directory to '/nowhere': No such file or directory\n",
	});
	const escaping = await sh('cd /tmp; mkdir -p in; tar cf - in/../in | tar tf -');
	expect(escaping.stdout).toBe('in/../in/\n');
	expect((await sh('cd /tmp; tar cf - in/../in | tar xf -')).stderr).toBe("tar: name with '..' skipped: 'in/../in/'\n");
});
