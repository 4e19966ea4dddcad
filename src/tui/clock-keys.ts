import type {ClusterClock, ClusterSpeed, FollowedClock} from '../clusters/cluster.ts';
import {faster, slower} from '../clusters/speed.ts';
import type {Text} from '../text/text.ts';
import type {ClockCommand} from './keys.ts';

/** The cluster's time as the screen drives it, where it can be held. */
export type LabClock = FollowedClock & Pick<ClusterClock, 'setSpeed' | 'step'>;

/**
 * Carries out what the learner asks of the cluster's time, one thing after the other. `note` gets the sentence that there
 * is to say: that nothing was left to happen, or that the cluster did not obey.
 */
export function clockCommands(clock: LabClock, text: Text, note: (words: string) => void) {
	/** What has been asked for; the cluster's answer comes later than the next key. */
	let wanted: ClusterSpeed = clock.speed();
	let beforePause: ClusterSpeed = wanted === 0 ? 1 : wanted;
	let last: Promise<unknown> = Promise.resolve();
	/** Requests that have not been answered. */
	let asked = 0;
	const inTurn = (ask: () => Promise<unknown>) => {
		asked++;
		last = last
			.then(ask)
			.catch((error: unknown) => {
				wanted = clock.speed();
				note(error instanceof Error ? error.message : String(error));
			})
			.finally(() => asked--);
	};
	const setSpeed = (speed: ClusterSpeed) => {
		if (speed === 0 && wanted !== 0) beforePause = wanted;
		wanted = speed;
		inTurn(() => clock.setSpeed(speed));
	};
	const commands: Record<ClockCommand, () => void> = {
		pause: () => setSpeed(0),
		resume: () => setSpeed(wanted === 0 ? beforePause : wanted),
		hold: () => setSpeed(wanted === 0 ? beforePause : 0),
		slower: () => setSpeed(slower(wanted === 0 ? beforePause : wanted)),
		faster: () => setSpeed(faster(wanted === 0 ? beforePause : wanted)),
		max: () => setSpeed(Number.POSITIVE_INFINITY),
		step() {
			if (wanted !== 0) beforePause = wanted;
			wanted = 0;
			inTurn(async () => {
				const {changed} = await clock.step();
				if (!changed) note(text.cli.clock.nothingHappened);
			});
		},
	};
	return {
		run: (command: ClockCommand) => commands[command](),
		/** Takes notice of a pace that somebody else has set. */
		told(speed: ClusterSpeed) {
			if (asked === 0) wanted = speed;
		},
	};
}
