/**
 * Ends the echo of what is typed ahead, to be called before Ink takes the terminal, for the first time or back from a
 * command: Ink sets raw mode too, but only once it has been loaded and has drawn.
 */
export function settleTerminal(): void {
	process.stdin.setRawMode(true);
}
