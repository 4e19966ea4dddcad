import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {lastLine} from './container-runtime.ts';

/** Why an image could not be pulled, saved or loaded. */
export type ImageProblemCode =
	| 'not-found'
	| 'no-space'
	| 'too-many-requests'
	| 'untrusted'
	| 'refused'
	| 'offline'
	| 'platform'
	| 'digest-missing'
	| 'other';

/** What docker, podman, nerdctl, containerd and kind write, in the order in which it decides. */
const signs: [ImageProblemCode, RegExp][] = [
	['no-space', /no space left on device|not enough space|disk quota exceeded/i],
	['digest-missing', /content digest sha256:[0-9a-f]+: not found/i],
	['too-many-requests', /toomanyrequests|too many requests|pull rate limit/i],
	['untrusted', /x509:|certificate (is not trusted|signed by unknown|verify failed)/i],
	[
		'platform',
		/no match for platform|no matching manifest|does not (provide|match) the (specified|requested|requested image's) platform|image .* architecture .* not found|no image found in (manifest|image) (list|index) for architecture/i,
	],
	[
		'not-found',
		/manifest unknown|manifest for .* not found|not found: manifest|no such image|reference does not exist|: not found/i,
	],
	['refused', /denied|unauthorized|authentication required/i],
	[
		'offline',
		/no such host|temporary failure in name resolution|server misbehaving|i\/o timeout|tls handshake timeout|deadline exceeded|network is unreachable|no route to host|connection (refused|reset|timed out)|proxyconnect|client\.timeout/i,
	],
];

/** Recognises an image's problem in a program's words. */
export function imageProblemIn(output: string): ImageProblemCode {
	return signs.find(([, sign]) => sign.test(output))?.[0] ?? 'other';
}

/** The error for the learner when an image could not be had; `output` is what the program wrote. */
export function imageProblem(image: string, output: string, text: Text): UserError {
	const code = imageProblemIn(output);
	return new UserError(
		text.images.problem(image, text.images.problems[code], code === 'other' ? lastLine(output) : ''),
	);
}
