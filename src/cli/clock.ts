import type {ClusterClock, ClusterTime} from '../clusters/cluster.ts';
import {addressOf} from '../clusters/embedded-cluster.ts';
import {simulatorClock} from '../clusters/simulator-control.ts';
import {speedLabel} from '../clusters/speed.ts';
import {lockHolder} from '../state/lock.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';
import type {RunOptions} from './program.ts';

/** What `clock --json` prints. Times are ISO 8601. */
type Shown = {now: string; speed: number | 'max'; next: string | null; changed?: boolean};

/** From so many ms on kubectl shows an age from the future as `<invalid>` (apimachinery/pkg/util/duration). */
const invalidMs = 2_000;

/** `endpoint-lab clock [ACTION]`: holds, steps or changes the pace of the running cluster's time, and shows it. */
export async function clock(action: string | undefined, options: RunOptions, context: Context): Promise<ExitCode> {
	const {text} = context;
	const speed = action === undefined || action === 'step' ? undefined : parseSpeed(action, text);
	const holder = lockHolder(context.home().clusterLock);
	const address = holder && addressOf(holder);
	if (!address) throw new UserError(holder ? text.cli.status.starting(holder.pid) : text.cli.clock.none);
	const told = await tell(simulatorClock(address.kubeconfig, text), action, speed);
	if (options.json) context.print(JSON.stringify(shown(told)));
	else for (const line of lines(told, context)) context.print(line);
	return 0;
}

type Told = ClusterTime & {changed?: boolean};

function tell(clock: ClusterClock, action: string | undefined, speed: number | undefined): Promise<Told> {
	if (speed !== undefined) return clock.setSpeed(speed);
	return action === 'step' ? clock.step() : clock.get();
}

/** A speed as it is typed: `pause`, `resume`, `max`, `10`, `0.5x`, `¼`. Throws UserError. */
function parseSpeed(word: string, text: Text): number {
	const named: Record<string, number> = {pause: 0, resume: 1, max: Number.POSITIVE_INFINITY, '¼': 0.25, '½': 0.5};
	const bare = word.replace(/[x×]$/i, '');
	if (word in named || bare in named) return named[word] ?? named[bare]!;
	const speed = /^\d+(\.\d+)?$/.test(bare) ? Number(bare) : Number.NaN;
	if (speed >= 0.25 && speed <= 100) return speed;
	throw new UserError(text.cli.clock.wrong(word) + text.cli.seeHelp('endpoint-lab clock'), 2);
}

function shown({now, speed, next, changed}: Told): Shown {
	return {
		now: new Date(now).toISOString(),
		speed: Number.isFinite(speed) ? speed : 'max',
		next: next === undefined ? null : new Date(next).toISOString(),
		...(changed !== undefined && {changed}),
	};
}

function lines({now, speed, next, changed}: Told, {text, language}: Context): string[] {
	const words = text.cli.clock;
	const time = new Date(now).toLocaleString(language, {dateStyle: 'medium', timeStyle: 'medium'});
	const found = [words.now(time, speedLabel(speed, words))];
	if (changed === false) found.push(words.nothingHappened);
	if (speed === 0) found.push(next === undefined ? words.nothingNext : words.next(((next - now) / 1000).toFixed(3)));
	const ahead = now - Date.now();
	if (ahead > invalidMs) found.push(words.ahead(duration(ahead)));
	return found;
}

/** Hours, minutes and seconds, the largest two: `3h 20m`, `40s`. */
function duration(ms: number): string {
	const seconds = Math.floor(ms / 1000);
	const parts = [
		[Math.floor(seconds / 3600), 'h'],
		[Math.floor(seconds / 60) % 60, 'm'],
		[seconds % 60, 's'],
	] as const;
	const first = parts.findIndex(([count]) => count > 0);
	return parts
		.slice(first, first + 2)
		.filter(([count]) => count > 0)
		.map(([count, unit]) => `${count}${unit}`)
		.join(' ');
}
