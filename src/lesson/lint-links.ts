import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Problem} from './problem.ts';

/** Links `[text](target)`, images, `[label]: target`, and `<https://…>`. */
const linkForms = [
	/!?\[[^\]]*\]\(\s*<?([^)\s>]*)>?[^)]*\)/g,
	/^\s*\[[^\]]+\]:\s*<?([^\s>]+)>?/g,
	/<([a-z]+:[^\s>]+)>/g,
];

/**
 * Checks where the links of a Markdown text lead: to a web address that is one, or to a file in the lesson's folder. No
 * address is asked for: a lesson must lint without a network.
 */
export function lintLinks(folder: string, file: string, source: string, problems: Problem[]): void {
	let fence = '';
	for (const [index, text] of source.split(/\r?\n/).entries()) {
		const mark = /^\s*(```+|~~~+)/.exec(text)?.[1] ?? '';
		const fenced = fence !== '' || mark !== '';
		if (!fence) fence = mark;
		else if (mark.startsWith(fence)) fence = '';
		if (fenced) continue;
		// Code keeps its length, so that columns stay right.
		const prose = text.replace(/`[^`]*`/g, code => ' '.repeat(code.length));
		for (const form of linkForms) {
			for (const match of prose.matchAll(form)) {
				const why = whyBroken(folder, match[1] ?? '');
				if (why) problems.push({file, line: index + 1, column: match.index + 1, message: why});
			}
		}
	}
}

function whyBroken(folder: string, target: string): string | undefined {
	if (target === '') return 'the link leads nowhere';
	if (/^[a-z][a-z0-9+.-]*:/i.test(target)) {
		const url = URL.canParse(target) ? new URL(target) : undefined;
		const web = url && /^https?:$/.test(url.protocol) && url.hostname.includes('.');
		return web ? undefined : `"${target}" is not a web address`;
	}
	const [path = ''] = target.split('#');
	if (path === '') return `"${target}" leads to a heading, and the lab shows none to go to`;
	return existsSync(join(folder, path)) ? undefined : `the link leads to ${path}, which is not in the folder`;
}
