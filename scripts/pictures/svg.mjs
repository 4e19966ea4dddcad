// Draws a terminal's screen buffer as an SVG image that looks the same wherever it is shown: every run of text says where
// it begins and how wide it is, and lines are drawn rather than written.

const cell = {width: 8.4, height: 18};
const baseline = 13;
const margin = 10;
const colours = {
	background: '#16181d',
	text: '#d8dae0',
	palette: ['#16181d', '#f07178', '#8fd18a', '#e3c06a', '#78aef5', '#d09bf0', '#6fd0d6', '#d8dae0'],
};

/** Which of its four sides (left, right, top, bottom) a box-drawing character meets. */
const boxes = {
	'─': 'lr',
	'│': 'tb',
	'┌': 'rb',
	'┐': 'lb',
	'└': 'rt',
	'┘': 'lt',
	'├': 'tbr',
	'┤': 'tbl',
	'┬': 'lrb',
	'┴': 'lrt',
	'┼': 'lrtb',
};

/** The screen of an xterm.js terminal as SVG text. `title` is for those who cannot see it. */
export function drawScreen(terminal, title) {
	const buffer = terminal.buffer.active;
	const width = number(terminal.cols * cell.width + 2 * margin);
	const height = number(terminal.rows * cell.height + 2 * margin);
	const backgrounds = [];
	const texts = [];
	const lines = new Map();
	for (let y = 0; y < terminal.rows; y++) {
		for (const run of runsOf(buffer.getLine(buffer.viewportY + y), terminal.cols)) {
			const left = margin + run.x * cell.width;
			const top = margin + y * cell.height;
			const {colour, background, attributes, opacity} = lookOf(run.style);
			const runWidth = number(run.width * cell.width);
			if (background) {
				backgrounds.push(
					`<rect x="${number(left)}" y="${number(top)}" width="${runWidth}" height="${cell.height}" fill="${background}"/>`,
				);
			}
			if (run.box) {
				const key = `stroke="${colour}"${opacity}`;
				lines.set(key, `${lines.get(key) ?? ''}${boxPath(run.text, left, top)}`);
			} else if (run.text.trim()) {
				texts.push(
					`<text x="${number(left)}" y="${number(top + baseline)}" textLength="${runWidth}" fill="${colour}"${attributes}${opacity}>${escaped(run.text)}</text>`,
				);
			}
		}
	}
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
		`<title>${escaped(title)}</title>`,
		`<rect width="100%" height="100%" rx="6" fill="${colours.background}"/>`,
		...backgrounds,
		...[...lines].map(([key, path]) => `<path d="${path}" fill="none" ${key}/>`),
		`<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', 'PingFang SC', 'Microsoft YaHei', monospace" font-size="14" xml:space="preserve">`,
		...texts,
		'</g>',
		'</svg>',
		'',
	].join('\n');
}

/** Neighbouring cells of one look and one width; lines of a frame apart from text. */
function runsOf(line, columns) {
	const runs = [];
	for (let x = 0; x < columns; x++) {
		const at = line?.getCell(x);
		if (!at || at.getWidth() === 0) continue;
		const text = at.getChars() || ' ';
		const style = styleOf(at);
		const box = Object.hasOwn(boxes, text);
		const wide = at.getWidth() === 2;
		const last = runs.at(-1);
		const same = last && last.key === `${JSON.stringify(style)} ${box} ${wide}`;
		// Many spaces need no text at all.
		if (same && !(text === ' ' && last.text.endsWith('  ') && !style.background && !style.inverse)) {
			last.text += text;
			last.width += at.getWidth();
		} else runs.push({x, text, style, box, width: at.getWidth(), key: `${JSON.stringify(style)} ${box} ${wide}`});
	}
	return runs;
}

function styleOf(at) {
	return {
		colour: at.isFgDefault() ? -1 : at.getFgColor(),
		background: at.isBgDefault() ? undefined : at.getBgColor(),
		bold: at.isBold() !== 0,
		dim: at.isDim() !== 0,
		italic: at.isItalic() !== 0,
		inverse: at.isInverse() !== 0,
	};
}

function lookOf({colour, background, bold, dim, italic, inverse}) {
	const front = colours.palette[colour] ?? colours.text;
	const back = background === undefined ? undefined : (colours.palette[background] ?? colours.background);
	return {
		colour: inverse ? (back ?? colours.background) : front,
		background: inverse ? front : back,
		attributes: `${bold ? ' font-weight="bold"' : ''}${italic ? ' font-style="italic"' : ''}`,
		opacity: dim ? ' opacity="0.6"' : '',
	};
}

function boxPath(text, left, top) {
	const middle = top + cell.height / 2;
	return [...text]
		.map((character, index) => {
			const sides = boxes[character];
			const x = left + index * cell.width;
			const centre = x + cell.width / 2;
			const from = sides.includes('l') ? x : centre;
			const to = sides.includes('r') ? x + cell.width : centre;
			const above = sides.includes('t') ? top : middle;
			const below = sides.includes('b') ? top + cell.height : middle;
			const across = to > from ? `M${number(from)} ${number(middle)}H${number(to)}` : '';
			const down = below > above ? `M${number(centre)} ${number(above)}V${number(below)}` : '';
			return across + down;
		})
		.join('')
		.replaceAll(/H([\d.]+)M\1 [\d.]+(?=H)/g, '');
}

function number(value) {
	return String(Math.round(value * 10) / 10);
}

function escaped(text) {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
