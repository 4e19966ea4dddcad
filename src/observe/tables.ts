import type {Snapshot} from './snapshot.ts';

/** One row of a table, and what a selection holds on to in it. */
type TableRow = {key: string; cells: readonly string[]};

/** What `kubectl get` prints of one kind of object. */
export type Table = {columns: readonly string[]; rows: readonly TableRow[]};

/** `kubectl get pods`; `now` is ms since 1970. */
export function podTable(pods: Snapshot['pods'], now: number): Table {
	return {
		columns: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
		rows: pods.map(({name, status, createdAt, cells, ready, restarts}) => {
			// What was remembered by an older version knows no cells.
			const {ready: count, restarts: again, restartedAt} = cells ?? {ready: ready ? '1/1' : '0/1', restarts};
			const since = again > 0 && restartedAt !== undefined ? ` (${age(restartedAt, now)} ago)` : '';
			return {key: name, cells: [name, count, status, `${again}${since}`, age(createdAt, now)]};
		}),
	};
}

/** `kubectl get endpoints`; `now` is ms since 1970. */
export function endpointsTable(endpoints: Snapshot['endpoints'], now: number): Table {
	return {
		columns: ['NAME', 'ENDPOINTS', 'AGE'],
		rows: endpoints.map(({name, cells, createdAt}) => ({
			key: `endpoints ${name}`,
			cells: [name, cells?.endpoints ?? '<none>', age(createdAt, now)],
		})),
	};
}

/** `kubectl get endpointslices`; `now` is ms since 1970. */
export function sliceTable(slices: Snapshot['slices'], now: number): Table {
	return {
		columns: ['NAME', 'ADDRESSTYPE', 'PORTS', 'ENDPOINTS', 'AGE'],
		rows: slices.map(({name, cells, createdAt}) => ({
			key: `slice ${name}`,
			cells: [
				name,
				cells?.addressType ?? '',
				cells?.ports ?? '<unset>',
				cells?.endpoints ?? '<unset>',
				age(createdAt, now),
			],
		})),
	};
}

/** The table's lines in kubectl's columns: each as wide as its widest cell, three spaces between them. */
export function tableLines({columns, rows}: Table): string[] {
	const all = [columns, ...rows.map(({cells}) => cells)];
	const widths = columns.map((_, index) => Math.max(...all.map(cells => cells[index]?.length ?? 0)));
	return all.map(cells =>
		cells
			.map((cell, index) => (index === columns.length - 1 ? cell : cell.padEnd(widths[index]! + 3)))
			.join('')
			.trimEnd(),
	);
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** The time since `from` as kubectl writes ages (HumanDuration in apimachinery/pkg/util/duration). */
function age(from: number | undefined, now: number): string {
	if (from === undefined) return '<unknown>';
	const seconds = Math.trunc((now - from) / 1000);
	if (seconds < -1) return '<invalid>';
	if (seconds < 2 * minute) return `${Math.max(0, seconds)}s`;
	if (seconds < 10 * minute) return pair(seconds, minute, 'm', 1, 's');
	if (seconds < 3 * hour) return `${Math.floor(seconds / minute)}m`;
	if (seconds < 8 * hour) return pair(seconds, hour, 'h', minute, 'm');
	if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`;
	if (seconds < 8 * day) return pair(seconds, day, 'd', hour, 'h');
	if (seconds < 2 * year) return `${Math.floor(seconds / day)}d`;
	if (seconds < 8 * year) return pair(seconds, year, 'y', day, 'd');
	return `${Math.floor(seconds / year)}y`;
}

function pair(seconds: number, large: number, unit: string, small: number, smallUnit: string): string {
	const rest = Math.floor((seconds % large) / small);
	return `${Math.floor(seconds / large)}${unit}${rest > 0 ? `${rest}${smallUnit}` : ''}`;
}
