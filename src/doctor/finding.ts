/** The places where a lesson can run. */
export type Place = 'embedded' | 'kind' | 'context';

/**
 * `fail`: no lesson can run where it shall because of it. `warn`: something works worse, or a place that nobody has asked for
 * is out of reach. `skipped`: it could not be looked at, or does not matter here.
 */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** One thing that was looked at. */
export type Finding = {
	/** Stable, for scripts and for looking it up: `runtime-stopped`. */
	code: string;
	status: Status;
	/** What was seen, as a sentence in the learner's language. */
	seen: string;
	/** What to do about it, as a sentence, and the commands for this operating system. */
	fix?: string;
	commands?: string[];
	/** The places where no lesson can run as long as this lasts. */
	blocks: Place[];
};

/** A finding that nothing has to be done about. */
export function ok(code: string, seen: string): Finding {
	return {code, status: 'ok', seen, blocks: []};
}

/** A finding about something that was not looked at. */
export function skipped(code: string, seen: string): Finding {
	return {code, status: 'skipped', seen, blocks: []};
}

/** A finding that a lesson runs in spite of. */
export function warn(code: string, seen: string, fix: string, commands: string[] = []): Finding {
	return {code, status: 'warn', seen, fix, commands, blocks: []};
}

/** A finding that keeps lessons from running in some places. */
export function fail(code: string, blocks: Place[], seen: string, fix: string, commands: string[] = []): Finding {
	return {code, status: 'fail', seen, fix, commands, blocks};
}
