/**
 * To be called before Ink takes the terminal, for the first time or back from a command: Ink draws its first line from where
 * the cursor stands, and what is typed ahead or a command's last words may have moved that from the left edge. Raw mode,
 * which Ink sets anyway, ends the echo.
 */
export function settleTerminal(): void {
	process.stdin.setRawMode(true);
	process.stdout.write('\r');
}
