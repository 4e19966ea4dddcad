import {readFileSync} from 'node:fs';

/** One call of the real kind, as it was recorded. */
export type KindTranscript = {
	name: string;
	args: string[];
	exitCode: number;
	stdout: string;
	stderr: string;
};

/** The recorded calls of kind v0.32. */
const kindTranscripts: KindTranscript[] = readFileSync(
	new URL('../fixtures/kind/transcripts.jsonl', import.meta.url),
	'utf8',
)
	.trimEnd()
	.split('\n')
	.map(line => JSON.parse(line));

/** A recorded call by its name. */
export function kindTranscript(name: string): KindTranscript {
	const found = kindTranscripts.find(one => one.name === name);
	if (!found) throw new Error(`there is no transcript ${name}`);
	return found;
}
