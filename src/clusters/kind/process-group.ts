import {setTimeout as delay} from 'node:timers/promises';

/** How long a group may take to end by itself, and how long the system may take to end it. */
const politeMs = 10_000;
const killedMs = 3_000;

/**
 * Ends everything in a process group, which has its leader's number: SIGINT, and SIGKILL for what is still there after ten
 * seconds. On Windows, which has no groups, only the leader.
 */
export async function endProcessGroup(leader: number): Promise<void> {
	for (const [signal, limitMs] of [
		['SIGINT', politeMs],
		['SIGKILL', killedMs],
	] as const) {
		const until = Date.now() + limitMs;
		if (!signalGroup(leader, signal)) return;
		while (Date.now() < until) {
			await delay(20);
			if (!signalGroup(leader, 0)) return;
		}
	}
}

/** False when nobody is left in the group. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
	try {
		process.kill(process.platform === 'win32' ? leader : -leader, signal);
		return true;
	} catch {
		return false;
	}
}
