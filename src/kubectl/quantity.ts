/** A resource quantity in thousandths of its unit, and the family of suffixes that it was written with. */
export type Quantity = {milli: bigint; binary: boolean};

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Reads `100m`, `1.5`, `64Mi` (apimachinery/pkg/api/resource); nothing readable is 0. */
export function parseQuantity(text: string | undefined): Quantity {
	const match = /^([-+]?)(\d*)(?:\.(\d*))?(m|k|Ki|[MGTPE]i?)?$/.exec(text ?? '0');
	if (!match) return {milli: 0n, binary: false};
	const [, sign, whole = '', fraction = '', suffix = ''] = match;
	const isBinary = suffix.endsWith('i');
	const power = BigInt(isBinary ? binary.indexOf(suffix) : Math.max(0, decimal.indexOf(suffix)));
	const factor = (isBinary ? 1024n : 1000n) ** power * (suffix === 'm' ? 1n : 1000n);
	const scale = 10n ** BigInt(fraction.length);
	const milli = (BigInt(`${whole}${fraction}` || '0') * factor + scale - 1n) / scale;
	return {milli: sign === '-' ? -milli : milli, binary: isBinary};
}

/** The sum; its suffixes are those of the first that is not 0. */
export const addQuantities = (a: Quantity, b: Quantity): Quantity => ({
	milli: a.milli + b.milli,
	binary: a.milli === 0n ? b.binary : a.binary,
});

/** The shortest exact writing in its family (Quantity.String). */
export function quantityText({milli, binary: isBinary}: Quantity): string {
	if (milli === 0n) return '0';
	if (milli % 1000n !== 0n) return `${milli}m`;
	let value = milli / 1000n;
	const base = isBinary ? 1024n : 1000n;
	let power = 0;
	while (value % base === 0n && power < 6) {
		value /= base;
		power++;
	}
	return `${value}${(isBinary ? binary : decimal)[power]}`;
}

/** What part of the whole this is, in whole percent rounded down; 0 of nothing. */
export const percentOf = (part: Quantity, whole: Quantity) =>
	whole.milli === 0n ? 0 : Number((part.milli * 100n) / whole.milli);
