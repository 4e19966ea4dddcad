/** The only source of chance inside the simulator; seeded, so that a run can be repeated. */
export type Random = {
	/** A number in [0, 1). */
	next(): number;
	/** A whole number in [0, below). */
	below(below: number): number;
	/** An RFC 4122 version 4 id. */
	uuid(): string;
	/** `length` characters of the alphabet of generated names (apimachinery/pkg/util/rand). */
	suffix(length: number): string;
};

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A mulberry32 generator: small, fast, good enough for names and choices, never for secrets. */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (n: number) => Math.floor(next() * n);
	const hex = (digits: number) =>
		below(16 ** digits)
			.toString(16)
			.padStart(digits, '0');
	return {
		next,
		below,
		// Joined, since a template would keep all its parts alive as long as the id.
		uuid: () => [hex(8), hex(4), `4${hex(3)}`, `${(8 + below(4)).toString(16)}${hex(3)}`, hex(6) + hex(6)].join('-'),
		suffix: length => Array.from({length}, () => alphabet[below(alphabet.length)]).join(''),
	};
}
