import type {Capability} from '../clusters/cluster.ts';

/** Values that belong together: one row of a list is drawn. */
type Row = Record<string, string | number>;

/** Lists of rows, by name; a seed draws one row of each. */
type Draws = Record<string, Row[]>;

/** The `drills` of lesson.yaml, as far as a draw goes by them. */
export type DrillsFile = {
	draw?: Draws;
	kinds: {id: string; needs?: Capability[]; draw?: Draws}[];
};

/** What a seed has made of a lesson with drills. */
export type Drill = {
	/** A whole number from 1 on. */
	seed: number;
	/** The id of the drawn kind. */
	kind: string;
	/** What `${drill.NAME}` stands for in the lesson's files; `seed` among them. */
	values: Row;
};

/**
 * Draws the drill of a seed; pure. As many seeds in a row as there are kinds bring every kind once, and a kind comes with the
 * same values again only when it has been drawn with all others. Kinds that need what the cluster lacks are not drawn, so
 * clusters that can do the same draw the same. Throws RangeError when no kind is left.
 */
export function drawDrill({draw = {}, kinds}: DrillsFile, seed: number, lacks: (need: Capability) => boolean): Drill {
	const possible = kinds.filter(({needs = []}) => !needs.some(lacks));
	const count = possible.length;
	if (count === 0) throw new RangeError('the cluster lacks what every kind of drill needs');
	const round = Math.floor((seed - 1) / count);
	const place = ((seed - 1) % count) * stride(count) + round * 5;
	const kind = possible[place % count]!;

	// A kind's own list stands in for the common one of the same name.
	const lists = Object.values({...draw, ...kind.draw});
	const size = lists.reduce((product, rows) => product * rows.length, 1);
	let rest = (round * stride(size) + (place % count) * 7) % size;
	const values: Row = {seed};
	for (const rows of lists) {
		for (const [name, value] of Object.entries(rows[rest % rows.length]!)) {
			values[name] = typeof value === 'string' ? fillDrill(value, values) : value;
		}
		rest = Math.floor(rest / rows.length);
	}
	return {seed, kind: kind.id, values};
}

/** The seeds that bring each of so many kinds once. */
export function seedsOfAllKinds(kinds: number): number[] {
	return Array.from({length: kinds}, (_, index) => index + 1);
}

/** Puts the drawn values into a text's `${drill.NAME}`; a name that was not drawn stays as it is. */
export function fillDrill(text: string, values: Row): string {
	return text.replace(drillPlace, (place, name: string) =>
		Object.hasOwn(values, name) ? String(values[name]) : place,
	);
}

/** A place for a drawn value. `$${` is a literal `${`. */
export const drillPlace = /(?<!\$)\$\{drill\.(\w+)\}/g;

/** A step that leads from one number below `size` to all others before it comes back, and jumps about on the way. */
function stride(size: number): number {
	let step = Math.max(1, Math.round(size * 0.618));
	while (divisor(step, size) !== 1) step++;
	return step;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
