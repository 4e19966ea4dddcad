import {lexer, type Token, type Tokens} from 'marked';
import type {Symbols, Tone} from '../theme.ts';
import {type Line, line, type Span, wrap} from './line.ts';

/** Markdown as lines of at most `width` cells: headings, paragraphs, lists, code, quotes, tables, emphasis. */
export function markdownLines(source: string, width: number, symbols: Symbols): readonly Line[] {
	const key = `${width} ${symbols.bullet} ${source}`;
	const known = rendered.get(key);
	if (known) return known;
	if (rendered.size >= 50) rendered.clear();
	const lines = render(source, width, symbols);
	rendered.set(key, lines);
	return lines;
}

/** A step's story is drawn in every frame, and is the same in nearly all of them. */
const rendered = new Map<string, readonly Line[]>();

function render(source: string, width: number, symbols: Symbols): Line[] {
	const lines = blocks(lexer(source), width, symbols);
	while (lines.length > 0 && lines.at(-1)?.length === 0) lines.pop();
	return lines;
}

function blocks(tokens: Token[], width: number, symbols: Symbols): Line[] {
	const lines: Line[] = [];
	for (const token of tokens) {
		if (token.type === 'space') continue;
		const block = blockLines(token, width, symbols);
		if (block.length > 0) lines.push(...block, []);
	}
	return lines;
}

function blockLines(token: Token, width: number, symbols: Symbols): Line[] {
	switch (token.type) {
		case 'heading':
			return wrap(inline((token as Tokens.Heading).tokens, 'title'), width);
		case 'paragraph':
		case 'text':
			return paragraph(token as Tokens.Paragraph, width);
		case 'code':
			return (token as Tokens.Code).text
				.split('\n')
				.flatMap(text => wrap([{text: '  '}, {text: text.replaceAll('\t', '  '), tone: 'code'}], width, 4));
		case 'list':
			return listLines(token as Tokens.List, width, symbols);
		case 'blockquote':
			return withoutLastGap(blocks((token as Tokens.Blockquote).tokens, width - 2, symbols)).map(quoted => [
				{text: `${symbols.vertical} `, tone: 'dim'},
				...quoted,
			]);
		case 'hr':
			return [line(symbols.horizontal.repeat(Math.min(width, 20)), 'dim')];
		case 'table':
			return tableLines(token as Tokens.Table, width);
		default:
			return 'text' in token && typeof token.text === 'string' ? wrap([{text: token.text}], width) : [];
	}
}

function paragraph(token: Tokens.Paragraph | Tokens.Text, width: number): Line[] {
	const parts: Span[][] = [[]];
	for (const span of inline(token.tokens ?? [token])) {
		if (span.text === '\n') parts.push([]);
		else parts.at(-1)?.push(span);
	}
	return parts.flatMap(part => wrap(part, width));
}

function listLines(list: Tokens.List, width: number, symbols: Symbols): Line[] {
	const lines: Line[] = [];
	list.items.forEach((item, index) => {
		const mark = list.ordered ? `${Number(list.start) + index}. ` : `${symbols.bullet} `;
		const body = withoutLastGap(blocks(item.tokens, width - mark.length, symbols));
		const dense = list.loose ? body : body.filter(content => content.length > 0);
		dense.forEach((content, row) => {
			lines.push([{text: row === 0 ? mark : ' '.repeat(mark.length), tone: 'accent'}, ...content]);
		});
		if (list.loose && index < list.items.length - 1) lines.push([]);
	});
	return lines;
}

function tableLines(table: Tokens.Table, width: number): Line[] {
	const row = (cells: Tokens.TableCell[], tone?: Tone) =>
		wrap(
			cells.flatMap((cell, index) => [...(index > 0 ? [{text: '   '}] : []), ...inline(cell.tokens, tone)]),
			width,
			2,
		);
	return [...row(table.header, 'strong'), ...table.rows.flatMap(cells => row(cells))];
}

function withoutLastGap(lines: Line[]): Line[] {
	return lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines;
}

/** Inline tokens as spans; a hard break is a span of `\n`. */
function inline(tokens: Token[] | undefined, tone?: Tone): Span[] {
	return (tokens ?? []).flatMap((token): Span[] => {
		switch (token.type) {
			case 'strong':
				return inline(token.tokens, tone ?? 'strong');
			case 'em':
				return inline(token.tokens, tone ?? 'emphasis');
			case 'del':
				return inline(token.tokens, tone ?? 'dim');
			case 'codespan':
				return [{text: token.text, tone: tone === 'title' ? tone : 'code'}];
			case 'br':
				return [{text: '\n'}];
			case 'link':
				return token.text === token.href
					? [{text: token.href, tone: 'accent'}]
					: [...inline(token.tokens, tone), {text: ` (${token.href})`, tone: 'dim'}];
			default:
				if ('tokens' in token && token.tokens) return inline(token.tokens, tone);
				return 'text' in token ? [{text: joined(token.text), tone}] : [];
		}
	});
}

/*
 * A line break in the source is a space between words, and nothing between two Chinese characters, which know no
 * spaces, or next to Chinese punctuation, which brings its own.
 */
function joined(text: string): string {
	return text
		.replaceAll(/([，。、；：！？（）「」《》])\s*\n\s*/g, '$1')
		.replaceAll(/\s*\n\s*(?=[，。、；：！？（）「」《》])/g, '')
		.replaceAll(/([\p{Script=Han}”])\s*\n\s*(?=[\p{Script=Han}“])/gu, '$1')
		.replaceAll(/\s*\n\s*/g, ' ');
}
