import type {KeptOutput} from '../engine/kept-output.ts';
import type {RunEvent} from '../engine/run-state.ts';
import type {TimelineEntry} from '../observe/snapshot.ts';

/** A command as a run's journal tells it. */
export type LoggedCommand = {
	/** ms since 1970. */
	at: number;
	/** The cluster's own time, by which its changes are dated. */
	clusterAt: number;
	command: string;
	/** How it ended; absent when the lab ended before it. */
	result?: {code: number} & KeptOutput;
	changes: TimelineEntry[];
	/** Changes that were not written down. */
	more: number;
};

/** Sorts a journal's commands by the step they were run in, each with its output and what happened until the next one. */
export function runLog(events: readonly RunEvent[]): Map<string, LoggedCommand[]> {
	const log = new Map<string, LoggedCommand[]>();
	let last: LoggedCommand | undefined;
	/** The result of a command that the lab ran itself: it is told before the command is. */
	let early: (RunEvent & {type: 'ended'}) | undefined;
	for (const event of events) {
		switch (event.type) {
			case 'ran': {
				const {at, command, clusterAt = at} = event;
				last = {at, clusterAt, command, changes: [], more: 0};
				if (early?.command === command) last.result = early;
				early = undefined;
				log.set(event.step, [...(log.get(event.step) ?? []), last]);
				break;
			}
			case 'ended':
				if (last && !last.result && last.command === event.command) last.result = event;
				else early = event;
				break;
			case 'changes':
				last?.changes.push(...event.entries);
				if (last) last.more += event.more ?? 0;
				break;
			case 'open':
				// What happens in another session is not what the last command of this one did.
				last = undefined;
				break;
		}
	}
	return log;
}
