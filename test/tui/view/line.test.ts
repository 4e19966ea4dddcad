import {describe, expect, it} from 'vitest';
import {unicodeSymbols} from '../../../src/tui/theme.ts';
import {fitted, hardWrap, line, lineWidth, shortenedName, startOf, textOf, wrap} from '../../../src/tui/view/line.ts';
import {markdownLines} from '../../../src/tui/view/markdown.ts';

const texts = (lines: readonly ReturnType<typeof line>[]) => lines.map(textOf);

describe('breaking lines', () => {
	it('breaks English between words', () => {
		expect(texts(wrap(line('Delete one Pod and watch'), 10))).toEqual(['Delete one', 'Pod and', 'watch']);
	});

	it('breaks Chinese anywhere, but begins no line with closing punctuation', () => {
		const rows = texts(wrap(line('删除一个容器组，观察地址。'), 14));
		expect(rows).toEqual(['删除一个容器', '组，观察地址。']);
	});

	it('keeps punctuation with a word in bold or code before it', () => {
		const spans = [{text: '由另一个 '}, {text: '控制器', tone: 'strong' as const}, {text: '，写成'}];
		expect(texts(wrap(spans, 15))).toEqual(['由另一个 控制', '器，写成']);
		const code = [{text: 'Type '}, {text: 'next', tone: 'code' as const}, {text: ', then'}];
		expect(texts(wrap(code, 9))).toEqual(['Type', 'next,', 'then']);
	});

	it('cuts a word that is longer than the line', () => {
		expect(texts(wrap(line('nginx-deployment-5d5dd5db49-9lnlt is'), 12))).toEqual([
			'nginx-deploy',
			'ment-5d5dd5d',
			'b49-9lnlt is',
		]);
	});

	it('indents what follows the first line', () => {
		expect(texts(wrap(line('✓ the old address is gone'), 14, 2))).toEqual(['✓ the old', '  address is', '  gone']);
	});

	it.each([1, 2, 3, 5, 8, 13, 40])('never makes a line wider than %i cells, whatever the text', width => {
		const source = line('Pod 的 IP 地址 10.244.1.2:80，x  y nginx-deployment-5d5dd5db49-9lnlt 会（在删除后）改变。');
		for (const indent of [0, 2, 4]) {
			for (const row of wrap(source, width, indent)) expect(lineWidth(row)).toBeLessThanOrEqual(Math.max(2, width));
		}
	});

	it('wraps output at the width, as a terminal does', () => {
		expect(hardWrap('NAME   READY', 5)).toEqual(['NAME ', '  REA', 'DY']);
		expect(hardWrap('', 5)).toEqual(['']);
	});
});

describe('fitting into a width', () => {
	it('fills with spaces and cuts with an ellipsis, counting cells', () => {
		expect(textOf(fitted(line('ab'), 4))).toBe('ab  ');
		expect(textOf(fitted(line('abcdef'), 4))).toBe('abc…');
		expect(lineWidth(fitted(line('地址列表'), 6))).toBe(6);
	});

	it('never cuts through a wide character', () => {
		expect(startOf('地址', 3)).toBe('地');
	});

	it('keeps the end of a Pod name, which tells it from its brothers', () => {
		expect(shortenedName('nginx-deployment-5d5dd5db49-9lnlt', 7, '…')).toBe('…-9lnlt');
		expect(shortenedName('test', 7, '…')).toBe('test');
	});
});

describe('Markdown', () => {
	const shown = (source: string, width = 40) => texts(markdownLines(source, width, unicodeSymbols));

	it('shows headings, paragraphs, lists and code', () => {
		const source =
			'# Title\n\nSome *text* and `code`.\n\n- one\n- two\n  more\n\n1. first\n2. second\n\n```sh\nkubectl get pods\n```';
		expect(shown(source)).toEqual([
			'Title',
			'',
			'Some text and code.',
			'',
			'• one',
			'• two more',
			'',
			'1. first',
			'2. second',
			'',
			'  kubectl get pods',
		]);
	});

	it('shows characters that HTML would escape as they were written', () => {
		expect(shown('a < b && "c" <none> `x<y`')).toEqual(['a < b && "c" <none> x<y']);
	});

	it('joins broken source lines with a space in English and without one in Chinese', () => {
		expect(shown('one\ntwo')).toEqual(['one two']);
		expect(shown('地址会\n改变')).toEqual(['地址会改变']);
		expect(shown('标签。\n`service.yaml` 是\nYAML 文件')).toEqual(['标签。service.yaml 是 YAML 文件']);
	});

	it('keeps the lines of a code block', () => {
		expect(shown('```\na\n\nb\n```')).toEqual(['  a', '  ', '  b']);
	});
});
