import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {normalise, withoutVersion} from './normalise.ts';
import {type Answer, startShellCluster} from './shell-lines.ts';
import {stockKubectlMinor} from './stock-kubectl.ts';
import {readTranscript, type Step} from './transcript.ts';

const folder = join(import.meta.dirname, 'commands');
const files = join(import.meta.dirname, '../fixtures/conformance/commands');
// What differs on purpose cannot be the same on a real cluster.
const transcripts = readdirSync(folder)
	.filter(file => !process.env.REAL_KUBECONFIG || file !== 'by-design.txt')
	.sort();

const clean = (text: string) => normalise(withoutVersion(text)).trimEnd();
const normal = ({code, stdout, stderr}: Answer | Step): Answer => ({
	code,
	stdout: clean(stdout),
	stderr: clean(stderr),
});

const hasStock = stockKubectlMinor() !== undefined;
if (!hasStock) console.warn('SKIPPED: no stock kubectl of 1.32 or newer on PATH to run the transcripts with');

it('has at least 150 commands to run', () => {
	const steps = transcripts.flatMap(file => readTranscript(readFileSync(join(folder, file), 'utf8')));
	expect(steps.length).toBeGreaterThanOrEqual(150);
});

// One test a transcript, since a second try has to begin with a cluster of its own.
it.skipIf(!hasStock).each(transcripts)(
	'stock kubectl gets the answers of %s',
	async file => {
		const cluster = await startShellCluster({files});
		try {
			for (const step of readTranscript(readFileSync(join(folder, file), 'utf8'))) {
				const expected = {command: step.command, ...normal(step)};
				const answer = async () => ({command: step.command, ...normal(await cluster.run(step.command))});
				if (step.eventually) await expect.poll(answer, {timeout: 60_000, interval: 100}).toEqual(expected);
				else expect(await answer()).toEqual(expected);
			}
		} finally {
			await cluster.close();
		}
	},
	600_000,
);
