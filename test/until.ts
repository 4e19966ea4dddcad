/** Waits until a condition holds, asking every few milliseconds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 10));
}
