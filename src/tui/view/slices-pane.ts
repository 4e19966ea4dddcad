import type {Snapshot} from '../../observe/snapshot.ts';
import type {Text} from '../../text/text.ts';
import type {Symbols, Tone} from '../theme.ts';
import {type Address, addressesByIp, addressText} from './addresses.ts';
import {fitted, type Line, line, type Span, shortenedName} from './line.ts';

/** One line of the EndpointSlices of a Service: the head of a slice, or one of its addresses. */
export type SliceRow =
	| {kind: 'slice'; name: string; managedBy: string; addresses: number}
	| {kind: 'address'; key: string; address: Address; mark: 'added' | 'changed' | 'same'};

/**
 * The slices of one Service, a block for each, in the order of their names. `keys` tells by IP what a selection holds on
 * to where that is not the IP itself; marks compare with the remembered snapshot, where there is one.
 */
export function sliceRows(
	service: string,
	now: Snapshot,
	before: Snapshot | undefined,
	keys: ReadonlyMap<string, string>,
): SliceRow[] {
	const old = before && addressesByIp(inSlices(before, service).flatMap(({addresses}) => addresses));
	const markOf = (address: Address) => {
		if (!old) return 'same';
		const was = old.get(address.ip);
		if (!was) return 'added';
		return conditionsOf(was).join() === conditionsOf(address).join() && was.ports === address.ports
			? 'same'
			: 'changed';
	};
	return inSlices(now, service).flatMap(({name, managedBy, addresses}): SliceRow[] => {
		const byIp = [...addressesByIp(addresses).values()];
		return [
			{kind: 'slice', name, managedBy, addresses: byIp.length},
			...byIp.map(
				(address): SliceRow => ({
					kind: 'address',
					key: keys.get(address.ip) ?? address.ip,
					address,
					mark: markOf(address),
				}),
			),
		];
	});
}

/** The addresses that contain the text, or whose Pod's name does, below their slices; all rows for ''. */
export function filteredSlices(rows: SliceRow[], filter: string): SliceRow[] {
	if (filter === '') return rows;
	const wanted = filter.toLowerCase();
	const found = rows.filter(
		row =>
			row.kind === 'slice' || `${addressText(row.address)} ${row.address.pod ?? ''}`.toLowerCase().includes(wanted),
	);
	return found.filter((row, index) => row.kind === 'address' || found[index + 1]?.kind === 'address');
}

function inSlices({slices}: Snapshot, service: string) {
	return slices.filter(slice => slice.service === service);
}

/** The three conditions, in the order of the API. */
const conditions = ['ready', 'serving', 'terminating'] as const;

function conditionsOf(address: Address): boolean[] {
	return conditions.map(condition => address[condition] ?? false);
}

/** How the slices of a Service are shown. */
export type SlicesPlace = {
	width: number;
	/** Lines there are. */
	height: number;
	/** The key of the row to keep in view. */
	wanted: string | undefined;
	/** The key of the row that the arrows have selected. */
	selected: string | undefined;
	/** The cluster has not said yet what there is. */
	listing: boolean;
	/** What the rows have been filtered by; '' for nothing. */
	filter: string;
	text: Text;
	symbols: Symbols;
};

const CONDITION_WIDTH = 13;
const ADDRESS_WIDTH = 18;

/** The rows in at most `height` lines below a line that names the conditions. */
export function sliceLines(service: string, rows: readonly SliceRow[], place: SlicesPlace): Line[] {
	const {width, height, wanted, text} = place;
	if (place.listing) return [line(` ${text.screen.connecting}`, 'dim')];
	if (service === '') return [line(` ${text.screen.noService}`, 'dim')];
	if (rows.length === 0 && place.filter) return [line(` ${text.screen.noMatches(place.filter)}`, 'dim')];
	if (rows.length === 0) return [line(` ${text.screen.noSlices(service)}`, 'dim')];
	const head: Line = [
		{text: ' '.repeat(3 + ADDRESS_WIDTH)},
		...conditions.map((name): Span => ({text: name.padEnd(CONDITION_WIDTH), tone: 'dim'})),
	];
	const room = Math.max(1, height - 1);
	const at = rows.findIndex(row => row.kind === 'address' && row.key === wanted);
	const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
	return [head, ...rows.slice(first, first + room).map(row => rowLine(row, width, place))].slice(0, height);
}

const markTones: Record<Extract<SliceRow, {kind: 'address'}>['mark'], Tone> = {
	added: 'good',
	changed: 'warn',
	same: 'plain',
};

function rowLine(row: SliceRow, width: number, {selected, text, symbols}: SlicesPlace): Line {
	if (row.kind === 'slice') {
		const {name, managedBy, addresses} = row;
		const manager = managedBy ? text.screen.managedBy(managedBy) : text.screen.managedByNobody;
		const count = addresses === 0 ? text.screen.noAddresses : `${addresses}`;
		return [
			{text: ` ${name}`, tone: 'strong'},
			{text: `  ${count}  ${manager}`, tone: 'dim'},
		];
	}
	const {address, mark, key} = row;
	const tone = key === selected ? 'selected' : markTones[mark];
	const left: Line = [
		{text: ` ${mark === 'same' ? ' ' : symbols[mark]} `, tone},
		...fitted([{text: addressText(address), tone}], ADDRESS_WIDTH, symbols.ellipsis),
	];
	const values = conditionsOf(address).map((value, index): Span => {
		const good = conditions[index] === 'terminating' ? !value : value;
		return {text: `${value}`.padEnd(CONDITION_WIDTH), tone: key === selected ? tone : good ? 'plain' : 'warn'};
	});
	const room = width - 3 - ADDRESS_WIDTH - conditions.length * CONDITION_WIDTH;
	const pod = address.pod === undefined ? text.screen.withoutPod : shortenedName(address.pod, room, symbols.ellipsis);
	return [...left, ...values, {text: pod, tone: key === selected ? tone : 'dim'}];
}
