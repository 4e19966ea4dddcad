// resource.Quantity of apimachinery: what it accepts, its value, and the one way it is written back.

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*[+-]?\d*)$/;
const decimal: Record<string, number> = {n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18};
const binary: Record<string, number> = {Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60};

/** The text of the error for something that looks like no quantity at all. */
const quantityFormatError =
	"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/** The text of the error for a suffix that does not exist. */
const quantitySuffixError = "unable to parse quantity's suffix";

type Parsed = {nanos: bigint; format: 'decimal' | 'binary' | 'exponent'};

/** Reads a quantity as billionths; an error text when it is none. */
function parse(text: string): Parsed | string {
	const match = pattern.exec(text);
	if (!match || !/^[+-]?[0-9.]+([eEinumkKMGTP]*[-+]?[0-9]*)$/.test(text)) return quantityFormatError;
	const [, sign, whole = '', fraction = '', suffix = ''] = match;
	if (whole === '' && fraction === '') return quantityFormatError;
	// Nothing below a billionth is kept; what is cut off rounds up.
	const scaled = (power: number) => {
		const digits = BigInt(whole + fraction);
		const shift = 9 + power - fraction.length;
		if (shift >= 0) return digits * 10n ** BigInt(shift);
		const divisor = 10n ** BigInt(-shift);
		return (digits + divisor - 1n) / divisor;
	};
	const signed = (value: bigint) => (sign === '-' ? -value : value);
	const exponent = /^[eE]([+-]?\d+)$/.exec(suffix);
	if (exponent) return {nanos: signed(scaled(Number(exponent[1]))), format: 'exponent'};
	if (suffix in decimal) return {nanos: signed(scaled(decimal[suffix]!)), format: 'decimal'};
	const bits = binary[suffix];
	if (bits === undefined) return quantitySuffixError;
	const divisor = 10n ** BigInt(fraction.length);
	const exact = BigInt(whole + fraction) * 2n ** BigInt(bits) * 10n ** 9n;
	return {nanos: signed((exact + divisor - 1n) / divisor), format: 'binary'};
}

/** The number that a quantity stands for, or undefined when the text is none. */
export function quantityValue(text: string): number | undefined {
	const parsed = parse(text);
	return typeof parsed === 'string' ? undefined : Number(parsed.nanos) / 1e9;
}

/** A quantity as the API server writes it back (`0.5` is `500m`, `1024Mi` is `1Gi`), or the error text. */
export function canonicalQuantity(text: string): {text: string} | {error: string} {
	const parsed = parse(text);
	if (typeof parsed === 'string') return {error: parsed};
	const {nanos, format} = parsed;
	if (nanos === 0n) return {text: '0'};
	const unit = 10n ** 9n;
	if (format === 'binary' && nanos % unit === 0n) {
		let value = nanos / unit;
		// Below 1024 a binary quantity is written as a decimal one.
		if (value > -1024n && value < 1024n) return {text: String(value)};
		let suffix = '';
		for (const name of Object.keys(binary)) {
			if (value % 1024n !== 0n) break;
			value /= 1024n;
			suffix = name;
		}
		return {text: `${value}${suffix}`};
	}
	let value = nanos;
	let power = -9;
	while (power < 18 && value % 1000n === 0n) {
		value /= 1000n;
		power += 3;
	}
	if (format === 'exponent') return {text: power === 0 ? String(value) : `${value}e${power}`};
	const suffix = Object.entries(decimal).find(([, each]) => each === power)?.[0] ?? '';
	return {text: `${value}${suffix}`};
}

/** A quantity in thousandths, so that sums of millicores stay whole; 0 for what is none. */
export const thousandths = (text: string): number => Math.round((quantityValue(text) ?? 0) * 1000);
