import type {CoreV1Event} from '@kubernetes/client-node';
import {ageOf} from '../duration.ts';
import type {Wire} from '../objects.ts';
import type {DescriptionWriter} from './writer.ts';

/** The Events at the end of every description (describe.DescribeEvents); `now` in ms since 1970. */
export function describeEvents(out: DescriptionWriter, events: Wire<CoreV1Event>[], now: number): void {
	if (events.length === 0) {
		out.line(0, 'Events:\t<none>');
		return;
	}
	out.flush();
	const time = (event: Wire<CoreV1Event>) => (event.lastTimestamp ? Date.parse(event.lastTimestamp) : 0);
	out.line(0, 'Events:');
	out.line(1, 'Type\tReason\tAge\tFrom\tMessage');
	out.line(1, '----\t------\t----\t----\t-------');
	for (const event of [...events].sort((a, b) => time(a) - time(b))) {
		const first = ageOf(event.eventTime ?? event.firstTimestamp, now);
		const interval = event.series
			? `${ageOf(event.series.lastObservedTime, now)} (x${event.series.count} over ${first})`
			: (event.count ?? 0) > 1
				? `${ageOf(event.lastTimestamp, now)} (x${event.count} over ${first})`
				: first;
		const source = event.source?.component || event.reportingComponent || '';
		// The API writes spec.containers{c} into the reference; kubectl shows it before the message since 1.34.
		const field = event.involvedObject.fieldPath ? `${event.involvedObject.fieldPath}: ` : '';
		out.line(
			1,
			`${event.type ?? ''}\t${event.reason ?? ''}\t${interval}\t${source}\t${field}${(event.message ?? '').trim()}`,
		);
	}
}
