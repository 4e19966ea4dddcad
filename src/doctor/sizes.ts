const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for people, in powers of ten as disks are sold: `1.3 GB`. */
export function sizeText(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${value < 9.95 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
