import type {Text} from '../../text/text.ts';
import type {Symbols, Tone} from '../theme.ts';
import type {AddressCell, JoinedRow, ServiceRows} from './joined-rows.ts';
import {fitted, type Line, line, type Span, shortenedName, startOf, toned, widthOf} from './line.ts';
import {seconds} from './timeline.ts';

/** Widths of the joined panes: both halves without the frame, and whether there is room for before beside now. */
export type ClusterColumns = {pods: number; addresses: number; before: number};

const NAME_MIN = 7;
const IP_WIDTH = 12;
const STATUS_WIDTH = 17;
const ADDRESS_WIDTH = 17;

/** Divides the width inside the frame (without the dividing column) between Pods and addresses. */
export function clusterColumns(inner: number, hasBefore: boolean, longestName: number): ClusterColumns {
	const podsWanted = 3 + longestName + 1 + IP_WIDTH + 1 + STATUS_WIDTH;
	const room = inner - 1;
	const addressesWanted = 3 + ADDRESS_WIDTH + 14;
	const withBefore = addressesWanted + ADDRESS_WIDTH + 1;
	const showBefore = hasBefore && room >= 3 + NAME_MIN + 1 + IP_WIDTH + 1 + 8 + withBefore;
	const wanted = showBefore ? withBefore : addressesWanted;
	const pods = Math.min(podsWanted, Math.max(room - wanted, Math.floor(room * 0.52)));
	return {pods, addresses: room - pods, before: showBefore ? ADDRESS_WIDTH : 0};
}

/** The rows of one Service as lines: each exactly the two halves and the dividing column wide. */
export function serviceLines(
	{service, exists, rows}: ServiceRows,
	columns: ClusterColumns,
	selected: string | undefined,
	now: number,
	text: Text,
	symbols: Symbols,
): {key?: string; line: Line}[] {
	const {pods, addresses} = columns;
	const both = (left: Line, right: Line, joint = symbols.vertical) => [
		...fitted(left, pods, symbols.ellipsis),
		{text: joint, tone: 'frame' as const},
		...fitted(right, addresses, symbols.ellipsis),
	];
	const result: {key?: string; line: Line}[] = [];
	if (columns.before > 0) {
		result.push({
			line: both(
				[],
				fitted([{text: '   '}, {text: text.screen.before, tone: 'dim'}], 3 + columns.before + 1).concat({
					text: text.screen.now,
					tone: 'dim',
				}),
			),
		});
	}
	for (const row of rows) {
		const joined = row.pod && row.address && row.address.mark !== 'removed';
		// Two cells stay free for the line that joins, so that all rows have the same columns.
		const left = podHalf(row, pods - 2, symbols, text);
		const right = addressHalf(row, columns, now, symbols, text);
		if (row.key === selected) {
			const whole = both(left, right, symbols.vertical);
			result.push({key: row.key, line: toned(whole, 'selected')});
		} else if (joined) {
			const dash: Span = {text: ` ${symbols.horizontal}`, tone: 'frame'};
			result.push({
				key: row.key,
				line: both([...fitted(left, pods - 2, symbols.ellipsis), dash], right, symbols.cross),
			});
		} else result.push({key: row.key, line: both(left, right)});
	}
	const empty = rows.every(row => !row.address || row.address.mark === 'removed');
	if (service && (!exists || empty)) {
		const words = exists ? text.screen.noAddresses : text.screen.noEndpoints(service);
		result.push({line: both(rows.length === 0 ? line(` ${text.screen.noPods}`, 'dim') : [], line(` ${words}`, 'dim'))});
	} else if (rows.length === 0) result.push({line: both(line(` ${text.screen.noPods}`, 'dim'), [])});
	return result;
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
