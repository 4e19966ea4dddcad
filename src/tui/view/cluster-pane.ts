import type {Text} from '../../text/text.ts';
import type {Symbols, Tone} from '../theme.ts';
import type {JoinedRow, ServiceRows} from './joined-rows.ts';
import {fitted, type Line, line, type Span, shortenedName, startOf, toned, widthOf} from './line.ts';
import type {AddressCell} from './service-addresses.ts';
import {seconds} from './timeline.ts';

/** Widths of the joined panes: both halves without the frame, and whether there is room for before beside now. */
export type ClusterColumns = {pods: number; addresses: number; before: number};

const NAME_MIN = 7;
const IP_WIDTH = 12;
const STATUS_WIDTH = 17;
const ADDRESS_WIDTH = 17;

/** Divides the width inside the frame (without the dividing column) between Pods and addresses. */
export function clusterColumns(inner: number, hasBefore: boolean, longestName: number): ClusterColumns {
	const podsWanted = 3 + longestName + 1 + IP_WIDTH + 1 + STATUS_WIDTH + 2;
	const room = inner - 1;
	const addressesWanted = 3 + ADDRESS_WIDTH + 14;
	const withBefore = addressesWanted + ADDRESS_WIDTH + 1;
	const showBefore = hasBefore && room >= 3 + NAME_MIN + 1 + IP_WIDTH + 1 + 8 + withBefore;
	const wanted = showBefore ? withBefore : addressesWanted;
	const pods = Math.min(podsWanted, Math.max(room - wanted, Math.floor(room * 0.52)));
	return {pods, addresses: room - pods, before: showBefore ? ADDRESS_WIDTH : 0};
}

/** How the rows of a Service are shown. */
export type ServicePlace = {
	columns: ClusterColumns;
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
	/** ms since 1970. */
	now: number;
	text: Text;
	symbols: Symbols;
};

/** The rows of one Service in at most `height` lines, each exactly the two halves and the dividing column wide. */
export function serviceLines({service, exists, rows}: ServiceRows, place: ServicePlace): Line[] {
	const {columns, height, wanted, text} = place;
	const above = columns.before > 0 ? [both([], headLine(columns, text), place)] : [];
	const noAddress = place.filter === '' && rows.every(row => !row.address || row.address.mark === 'removed');
	const words = noAddress ? withoutAddress(service, exists, text) : '';
	if (place.listing) return [both(line(` ${text.screen.connecting}`, 'dim'), [], place)];
	const noRows = place.filter ? text.screen.noMatches(place.filter) : text.screen.noPods;
	const noPods = rows.length === 0 ? line(` ${noRows}`, 'dim') : [];
	const below = words || rows.length === 0 ? [both(noPods, words ? line(` ${words}`, 'dim') : [], place)] : [];
	const room = Math.max(1, height - above.length - below.length);
	const at = wanted === undefined ? 0 : rows.findIndex(({key}) => key === wanted);
	const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
	return [...above, ...rows.slice(first, first + room).map(row => rowLine(row, place)), ...below].slice(0, height);
}

/** What stands in the place of the addresses; '' is the Service of a lesson that has none. */
function withoutAddress(service: string, exists: boolean, {screen}: Text): string {
	if (service === '') return screen.noService;
	return exists ? screen.noAddresses : screen.noEndpoints(service);
}

function both(left: Line, right: Line, {columns, symbols}: ServicePlace, joint = symbols.vertical): Line {
	return [
		...fitted(left, columns.pods, symbols.ellipsis),
		{text: joint, tone: 'frame' as const},
		...fitted(right, columns.addresses, symbols.ellipsis),
	];
}

function headLine({before}: ClusterColumns, {screen}: Text): Line {
	return [{text: '   '}, ...fitted(line(screen.before, 'dim'), before + 1), {text: screen.now, tone: 'dim'}];
}

function rowLine(row: JoinedRow, place: ServicePlace): Line {
	const {columns, selected, now, text, symbols} = place;
	// Two cells stay free for the line that joins, so that all rows have the same columns.
	const width = columns.pods - 2;
	const left = podHalf(row, width, symbols, text);
	const right = addressHalf(row, columns, now, symbols, text);
	const whole =
		!row.pod || !row.address || row.address.mark === 'removed'
			? both(left, right, place)
			: both([...fitted(left, width, symbols.ellipsis), dash(symbols)], right, place, symbols.cross);
	return row.key === selected ? toned(whole, 'selected') : whole;
}

function dash({horizontal}: Symbols): Span {
	return {text: ` ${horizontal}`, tone: 'frame'};
}

function podHalf(row: JoinedRow, width: number, symbols: Symbols, text: Text): Line {
	const shown = row.pod;
	if (!shown) return row.address ? [{text: ` ${text.screen.withoutPod}`, tone: 'dim'}] : [];
	const {view, gone} = shown;
	const leaving = gone || view.terminating;
	const tone: Tone = leaving ? 'dim' : 'plain';
	const sign = gone ? symbols.removed : view.ready ? symbols.on : symbols.off;
	const status = gone ? text.screen.gone : view.status;
	const statusWidth = Math.min(STATUS_WIDTH, Math.max(width - 3 - NAME_MIN - 1 - IP_WIDTH - 1, 4));
	const nameWidth = Math.max(NAME_MIN, width - 3 - 1 - IP_WIDTH - 1 - statusWidth);
	return [
		{text: ' '},
		{text: sign, tone: leaving ? 'dim' : view.ready ? 'good' : 'warn'},
		{text: ' '},
		...fitted([{text: shortenedName(view.name, nameWidth, symbols.ellipsis), tone}], nameWidth),
		{text: ' '},
		...fitted([{text: view.ip || '-', tone}], Math.max(IP_WIDTH, widthOf(view.ip)), symbols.ellipsis),
		{text: ' '},
		{text: startOf(status, statusWidth), tone: leaving ? 'dim' : view.ready ? 'plain' : 'warn'},
	];
}

const markTones: Record<AddressCell['mark'], Tone> = {added: 'good', removed: 'dim', changed: 'warn', same: 'plain'};

function addressHalf(row: JoinedRow, columns: ClusterColumns, now: number, symbols: Symbols, text: Text): Line {
	const cell = row.address;
	if (!cell) return [];
	const tone = markTones[cell.mark];
	const join = row.pod && cell.mark !== 'removed' ? symbols.horizontal : ' ';
	const sign = cell.mark === 'same' ? ' ' : symbols[cell.mark];
	const start: Span[] = [
		{text: join, tone: 'frame'},
		{text: `${sign} `, tone: cell.mark === 'removed' ? 'bad' : tone},
	];
	const beforeCell: Line =
		columns.before > 0 ? fitted([{text: row.before ?? '', tone: 'dim'}], columns.before + 1, symbols.ellipsis) : [];
	const note = noteOf(cell, now, text);
	if (cell.mark === 'removed' && columns.before > 0) return [...start, ...beforeCell, {text: note, tone: 'bad'}];
	return [...start, ...beforeCell, {text: cell.text, tone}, {text: note && `  ${note}`, tone}];
}

function noteOf(cell: AddressCell, now: number, text: Text): string {
	if (cell.mark === 'removed')
		return cell.goneAt === undefined ? text.screen.gone : text.screen.goneFor(seconds(now - cell.goneAt));
	if (!cell.ready) return text.screen.notReady;
	if (cell.mark === 'added') return text.screen.new;
	return cell.mark === 'changed' ? text.screen.changed : '';
}
