import type {RunView} from '../../engine/view.ts';
import type {PodView} from '../../observe/snapshot.ts';
import type {Text} from '../../text/text.ts';
import type {LabState} from '../lab-state.ts';
import {filteredRows, type JoinedRow, joinedRowsOnce, type ServiceRows} from './joined-rows.ts';
import {filteredSlices, type SliceRow, sliceRows} from './slices-pane.ts';
import {type TableLine, tableRows} from './table-pane.ts';

/** All rows of the cluster pane in its present form. */
export type ClusterRows = {
	/** The joined rows of each Service, and those of them that the filter leaves. */
	unfiltered: ServiceRows[];
	services: ServiceRows[];
	/** The latter in one list. */
	all: JoinedRow[];
	/** In place of the joined rows, where the pane has that form. */
	slices: SliceRow[][] | undefined;
	table: TableLine[] | undefined;
	/** What a selection can hold on to, from top to bottom. */
	keys: string[];
	/** The length of the longest Pod's name. */
	longest: number;
	/** Without a selection the row that has most to tell. */
	mostTelling: JoinedRow | undefined;
};

let latest:
	| {from: ServiceRows[]; filter: string; form: LabState['form']; second: number; rows: ClusterRows}
	| undefined;

/**
 * The rows of the cluster at a time (ms since 1970), not made anew while nothing has changed: every key press draws a frame,
 * and a frame must not cost what five thousand Pods do.
 */
export function clusterRowsOnce({view, recent, filter, form}: LabState, now: number, text: Text): ClusterRows {
	const from = joinedRowsOnce(view, recent, now);
	// Only a table tells ages.
	const second = form === 'table' ? Math.floor(now / 1000) : 0;
	if (latest?.from === from && latest.filter === filter && latest.form === form && latest.second === second)
		return latest.rows;
	const services = filteredRows(from, filter);
	const all = services.length === 1 ? services[0]!.rows : services.flatMap(({rows}) => rows);
	const slices = form === 'slices' ? slicesOf(from, view, filter) : undefined;
	const table = form === 'table' ? tableRows(view, now, filter, text) : undefined;
	const keys =
		slices?.flatMap(rows => rows.flatMap(row => sliceKeyOf(row) ?? [])) ??
		table?.flatMap(({key}) => key ?? []) ??
		all.map(({key}) => key);
	const rows: ClusterRows = {
		unfiltered: from,
		services,
		all,
		slices,
		table,
		// Joined rows of one Service show each Pod once, and there may be thousands.
		keys: services.length === 1 && keys.length === all.length ? keys : [...new Set(keys)],
		longest: all.reduce((most, {pod}) => Math.max(most, pod?.view.name.length ?? 0), 7),
		mostTelling: mostTelling(services),
	};
	latest = {from, filter, form, second, rows};
	return rows;
}

/** The slices of each Service. Where a joined row shows an address's Pod, a selection holds on to that in both views. */
function slicesOf(services: readonly ServiceRows[], {now, before}: RunView, filter: string): SliceRow[][] {
	const keys = new Map<string, string>();
	for (const {rows} of services)
		for (const {key, pod} of rows) if (pod && !pod.gone && pod.view.ip) keys.set(pod.view.ip, key);
	return services.map(({service}) => filteredSlices(sliceRows(service, now, before, keys), filter));
}

/** What a selection holds on to in a row of the slices; the head of a slice cannot be selected. */
export function sliceKeyOf(row: SliceRow): string | undefined {
	return row.kind === 'address' ? row.key : undefined;
}

/** What a row can be asked about: its Pod, or the address where there is none; nothing where all has gone. */
export function subjectOf({key, pod, address}: JoinedRow): PodView | string | undefined {
	if (pod) return pod.gone ? undefined : pod.view;
	return address && address.mark !== 'removed' ? key : undefined;
}

/** Without a selection the row that has most to tell: a new address, else a Pod that is no endpoint, else the first. */
function mostTelling(services: readonly ServiceRows[]): JoinedRow | undefined {
	const last = (tells: (row: JoinedRow) => boolean) => {
		for (const {rows} of services.toReversed()) {
			const row = rows.findLast(row => tells(row) && subjectOf(row));
			if (row) return row;
		}
		return undefined;
	};
	return (
		last(({address}) => address?.mark === 'added') ??
		last(({address, pod}) => !address && !pod?.view.terminating) ??
		services.flatMap(({rows}) => rows.find(row => subjectOf(row)) ?? [])[0]
	);
}
