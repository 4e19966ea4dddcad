/**
 * The command that the prompt proposes for what has been typed: the step's own commands first, then what the learner
 * has run, newest first. On an empty line the step's first command that has not been run. '' when there is none.
 */
export function suggestionFor(
	typed: string,
	commands: readonly string[],
	ran: ReadonlySet<string>,
	history: readonly string[],
): string {
	if (!typed) return commands.find(command => !ran.has(command)) ?? '';
	const fits = (candidate: string) => candidate.startsWith(typed) && candidate !== typed;
	return (
		commands.find(command => !ran.has(command) && fits(command)) ?? commands.find(fits) ?? history.findLast(fits) ?? ''
	);
}
