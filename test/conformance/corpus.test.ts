import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {normalise} from './normalise.ts';
import {type Answer, type KubectlChoice, startShellCluster} from './shell-lines.ts';
import {stockKubectlMinor} from './stock-kubectl.ts';

const corpus = join(import.meta.dirname, '../fixtures/conformance/corpus');
const scenarios = readdirSync(join(corpus, 'scenarios')).sort();

/** What a kubectl of this minor version answered on a real cluster, by scenario and line number. */
function realAnswers(minor: number): Map<string, Answer> {
	const file = join(corpus, `kubectl-1.${minor <= 33 ? 32 : 35}.jsonl`);
	const lines = readFileSync(file, 'utf8').trim().split('\n');
	return new Map(
		lines.map(line => {
			const {scenario, n, ...answer} = JSON.parse(line) as Answer & {scenario: string; n: number};
			return [`${scenario} ${n}`, answer];
		}),
	);
}

const normal = ({code, stdout, stderr}: Answer): Answer => ({
	code,
	stdout: normalise(stdout),
	stderr: normalise(stderr),
});

const stockMinor = stockKubectlMinor();
if (stockMinor === undefined)
	console.warn('SKIPPED: no stock kubectl of 1.32 or newer on PATH to ask the embedded cluster with');

// The built-in kubectl speaks as 1.35 does.
const choices: {kubectl: KubectlChoice; minor: number}[] = [
	...(stockMinor === undefined ? [] : [{kubectl: 'stock' as const, minor: stockMinor}]),
	{kubectl: 'built-in', minor: 35},
];

// One test for all scenarios, since a second try has to begin with a cluster of its own.
it.each(choices)(
	'the $kubectl kubectl hears from the embedded cluster what it hears from a real one',
	async ({kubectl, minor}) => {
		const answers = realAnswers(minor);
		const cluster = await startShellCluster({files: join(corpus, 'manifests'), kubectl});
		try {
			for (const file of scenarios) {
				const lines = readFileSync(join(corpus, 'scenarios', file), 'utf8')
					.trimEnd()
					.split('\n');
				for (const [index, line] of lines.entries()) {
					const place = `${file.replace('.txt', '')} ${index + 1}`;
					const real = answers.get(place)!;
					const answer = await cluster.run(line);
					expect.soft({place, line, ...normal(answer)}).toEqual({place, line, ...normal(real)});
				}
			}
		} finally {
			await cluster.close();
		}
	},
	900_000,
);
