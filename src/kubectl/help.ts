import {globalFlags} from './flags.ts';
import type {Command} from './session.ts';

const flagLine = ([name, {short, type}]: [string, {short?: string; type: string}]) =>
	`    ${short ? `-${short}, ` : '    '}--${name}${type === 'boolean' ? '' : ' VALUE'}`;

/** What `kubectl COMMAND --help` prints: kubectl's own summary and usage, and the flags that are here. */
export function commandHelp({summary, usage, flags}: Command): string {
	const lines = Object.entries(flags).map(flagLine);
	return `${summary}.\n\nUsage:\n  ${usage}\n${lines.length > 0 ? `\nOptions:\n${lines.join('\n')}\n` : ''}\nGlobal options:\n${Object.entries(globalFlags).map(flagLine).join('\n')}\n`;
}

/** What `kubectl` without a command prints. */
export async function kubectlHelp(commands: Record<string, () => Promise<{command: Command}>>): Promise<string> {
	const width = Math.max(...Object.keys(commands).map(name => name.length)) + 2;
	const loaded = await Promise.all(
		Object.entries(commands).map(async ([name, load]) => [name, (await load()).command] as const),
	);
	const lines = loaded.map(([name, {summary}]) => `  ${name.padEnd(width)}${summary}`);
	return `kubectl controls the Kubernetes cluster manager. This is the lab's built-in kubectl: it has the commands below.\n\n${lines.join('\n')}\n\nUsage:\n  kubectl [flags] [options]\n\nUse "kubectl COMMAND --help" for more about a command.\n`;
}
