import {type ChildProcess, spawn} from 'node:child_process';
import {EventEmitter} from 'node:events';
import {PassThrough} from 'node:stream';
import type {KubeConfig} from '@kubernetes/client-node';

/** Why the program that a kubeconfig names gave no credentials: it is not there, it failed, or it says nothing. */
export class CredentialPluginError extends Error {
	readonly reason: 'absent' | 'failed' | 'silent';
	readonly command: string;

	constructor(reason: CredentialPluginError['reason'], command: string, message: string) {
		super(message);
		this.name = 'CredentialPluginError';
		this.reason = reason;
		this.command = command;
	}
}

/** How long a plugin may take, ms: it may have somebody sign in with a browser. */
const pluginLimit = 60_000;

/**
 * Has a configuration run its credential plugin as client-go does it, which the library leaves out: the plugin is told about the
 * request, it cannot ask at the terminal, and it does not outlive the lab or its own time. What it answers is kept by the library.
 */
export function watchCredentialPlugin(config: KubeConfig, limitMs = pluginLimit): KubeConfig {
	const {exec} = config.getCurrentUser() ?? {};
	if (!exec) return config;
	const {server, tlsServerName, skipTLSVerify, caData} = config.getCurrentCluster() ?? {};
	const info = {
		apiVersion: exec.apiVersion,
		kind: 'ExecCredential',
		spec: {
			interactive: false,
			...(exec.provideClusterInfo && {
				cluster: {
					server,
					'tls-server-name': tlsServerName,
					'insecure-skip-tls-verify': skipTLSVerify,
					'certificate-authority-data': caData,
				},
			}),
		},
	};
	const run = (command: string, args: string[] = [], {env = process.env}: {env?: NodeJS.ProcessEnv} = {}) =>
		runPlugin(command, args, {...env, KUBERNETES_EXEC_INFO: JSON.stringify(info)}, limitMs);
	// The library has a place for it, and no name for the place.
	for (const one of Reflect.get(config, 'authenticators') as {execFn?: unknown}[]) if (one.execFn) one.execFn = run;
	return config;
}

/** A process as the library looks at one; it ends with an error of ours, or with what the plugin printed. */
function runPlugin(command: string, args: string[], env: NodeJS.ProcessEnv, limitMs: number) {
	const shown = Object.assign(new EventEmitter(), {stdout: new PassThrough(), stderr: new PassThrough()});
	const child = spawn(command, args, {env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, windowsHide: true});
	let printed = '';
	let said = '';
	let over = false;
	const finish = (error?: CredentialPluginError) => {
		if (over) return;
		over = true;
		clearTimeout(limit);
		process.off('exit', kill);
		if (error) {
			shown.emit('error', error);
			shown.emit('close', 1);
		} else {
			shown.stdout.once('end', () => shown.emit('close', 0));
			shown.stdout.end(printed);
		}
	};
	const kill = () => endGroup(child);
	const fail = (reason: CredentialPluginError['reason'], message: string) =>
		finish(new CredentialPluginError(reason, command, message.trim()));
	const limit = setTimeout(() => {
		kill();
		fail('silent', said);
	}, limitMs);
	process.once('exit', kill);
	child.stdout.setEncoding('utf8').on('data', piece => {
		printed += piece;
	});
	child.stderr.setEncoding('utf8').on('data', piece => {
		said += piece;
	});
	child.once('error', ({message}: Error) => fail('absent', message));
	child.once('close', code => {
		if (code !== 0) fail('failed', said || `exit code ${code}`);
		else if (!isCredential(printed)) fail('failed', said || printed.slice(0, 200));
		else finish();
	});
	return shown;
}

/** Ends a plugin with all that it has started. */
function endGroup({pid}: ChildProcess): void {
	try {
		if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM');
	} catch {
		// It has ended already.
	}
}

function isCredential(text: string): boolean {
	try {
		const {status} = JSON.parse(text) as {status?: unknown};
		return typeof status === 'object' && status !== null;
	} catch {
		return false;
	}
}
