import {asList, asMap} from './lint-commands.ts';
import type {YamlPath} from './yaml-file.ts';

/**
 * Finds steady checks that look at what their own step remembers: a steady check is true before the step begins, and the moment
 * is noted only then, so a proof would wait for it until its limit.
 */
export function lintSteadyChecks(
	lesson: unknown,
	at: (path: YamlPath, message: string, offset?: number) => void,
): void {
	for (const [index, step] of asList(asMap(lesson).steps).entries()) {
		const {remember, checks} = asMap(step);
		if (typeof remember !== 'string') continue;
		for (const [place, check] of asList(checks).entries()) {
			const {expr, steady} = asMap(check);
			if (steady !== true || typeof expr !== 'string') continue;
			// Names in texts are none; they keep their length, so that columns stay right.
			const bare = expr.replaceAll(/"[^"]*"|'[^']*'/g, text => ' '.repeat(text.length));
			const found = new RegExp(`(?<![\\w.])${remember}\\b`).exec(bare);
			if (!found) continue;
			const why = `a steady check is true before its step begins, and "${remember}" is noted only then`;
			at(['steps', index, 'checks', place, 'expr'], why, found.index);
		}
	}
}
