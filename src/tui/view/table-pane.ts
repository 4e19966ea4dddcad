import type {RunView} from '../../engine/view.ts';
import {parseLabelSelector} from '../../observe/label-selector.ts';
import {endpointsTable, podTable, sliceTable, type Table, tableLines} from '../../observe/tables.ts';
import type {Text} from '../../text/text.ts';
import {type Line, line, startOf, toned} from './line.ts';

/** A line of the pane; `key` is what a selection holds on to in it. */
export type TableLine = {line: Line; key?: string};

/**
 * What kubectl would print of all that the lesson watches: each command with its table. `now` is ms since 1970, for the
 * ages; rows are filtered by a text, all for ''.
 */
export function tableRows({now: snapshot, watch}: RunView, now: number, filter: string, text: Text): TableLine[] {
	const selected = parseLabelSelector(watch.pods);
	const pods = snapshot.pods.filter(({labels}) => selected(labels));
	const label = watch.pods ? ` -l ${watch.pods}` : '';
	const watched = new Set(watch.services);
	const blocks: [string, Table][] = [
		[`kubectl get pods${label}`, podTable(pods, now)],
		...(watch.services.length > 0
			? ([
					[
						`kubectl get endpoints ${watch.services.join(' ')}`,
						endpointsTable(
							snapshot.endpoints.filter(({name}) => watched.has(name)),
							now,
						),
					],
					...watch.services.map((service): [string, Table] => [
						`kubectl get endpointslices -l kubernetes.io/service-name=${service}`,
						sliceTable(
							snapshot.slices.filter(slice => slice.service === service),
							now,
						),
					]),
				] satisfies [string, Table][])
			: []),
	];
	return blocks.flatMap(([command, {columns, rows}], index) => {
		const wanted = filter.toLowerCase();
		const kept = rows.filter(({cells}) => cells.join(' ').toLowerCase().includes(wanted));
		const [head = '', ...lines] = tableLines({columns, rows: kept});
		return [
			...(index > 0 ? [{line: []}] : []),
			{line: line(` $ ${command}`, 'accent')},
			...(kept.length === 0
				? [{line: line(` ${filter ? text.screen.noMatches(filter) : text.screen.noObjects}`, 'dim')}]
				: [
						{line: line(` ${head}`, 'dim')},
						...lines.map((words, row) => ({line: line(` ${words}`), key: kept[row]!.key})),
					]),
		];
	});
}

/** The lines in at most `height`, those around the wanted key; what is wider than the pane is cut with an ellipsis. */
export function tableLinesShown(
	rows: readonly TableLine[],
	{
		width,
		height,
		wanted,
		selected,
		ellipsis,
	}: {width: number; height: number; wanted: string | undefined; selected: string | undefined; ellipsis: string},
): Line[] {
	const at = wanted === undefined ? -1 : rows.findIndex(({key}) => key === wanted);
	const first = Math.max(0, Math.min(at - Math.floor(height / 2), rows.length - height));
	return rows.slice(first, first + height).map(({line: content, key}) => {
		const shown = content.map(span => ({
			...span,
			text: span.text.length > width ? startOf(span.text, width - ellipsis.length) + ellipsis : span.text,
		}));
		return key !== undefined && key === selected ? toned(shown, 'selected') : shown;
	});
}
