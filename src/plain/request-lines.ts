import type {RequestsPart} from '../engine/view.ts';
import type {Text} from '../text/text.ts';

const longestBar = 40;

/** A step's requests as plain lines: their number, then each client's bars by who answered, then what failed. */
export function requestLines(
	{service, total, failed, clients, answers, failures}: Omit<RequestsPart, 'perSecond' | 'recent'>,
	{requests: words}: Text,
): string[] {
	const most = Math.max(1, ...answers.flatMap(({counts}) => counts));
	const width = Math.max(0, ...answers.map(({address}) => address.length));
	return [
		words.total(service, total, failed),
		...clients.flatMap((client, index) => {
			const rows = answers.filter(({counts}) => counts[index]! > 0);
			if (rows.length === 0) return [];
			return [
				`  ${words.client(client)}`,
				...rows.map(({address, counts}) => {
					const bar = '#'.repeat(Math.max(1, Math.round((counts[index]! / most) * longestBar)));
					return `    ${(address || words.somebody).padEnd(width)}  ${bar} ${counts[index]}`;
				}),
			];
		}),
		...failures.map(({failure, detail, count}) => `  ${words.failed(count, words.why[failure])}  ${detail}`.trimEnd()),
	];
}
