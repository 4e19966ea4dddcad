import {accessSync, constants} from 'node:fs';
import {basename, delimiter, join, win32} from 'node:path';

/** An environment as child processes take it. */
export type Environment = Record<string, string | undefined>;

/** What the environment of commands is made of. */
export type ShellEnvironmentOptions = {
	/** What the lab itself was started with. */
	base: Environment;
	kubeconfig: string;
	/** URL of the forward proxy into the cluster's network. */
	gateway: string;
	/** Folder for kubectl's discovery cache, so that `~/.kube` is not written to. */
	kubectlCache: string;
	/** Folder with the lab's own programs; looked at after the learner's PATH. */
	bin?: string;
	/** Folder with the curlrc for commands whose output is not a terminal. */
	curlHome?: string;
};

const loopback = '127.0.0.1,localhost,::1';

/**
 * The environment of every command that a learner runs: kubectl finds the lab's cluster, and `curl my-service` goes
 * through the gateway. curl reads `http_proxy` in lower case only. The learner's own `no_proxy` is replaced, since one
 * that names 10.0.0.0/8 would send `curl CLUSTER-IP` past the gateway; HTTPS proxies are left as they are.
 */
export function shellEnvironment(options: ShellEnvironmentOptions): Environment {
	const {base, kubeconfig, gateway, kubectlCache, bin, curlHome} = options;
	// Windows calls it Path, and a child must not get two of them.
	const others = Object.entries(base).filter(([key]) => process.platform !== 'win32' || key.toUpperCase() !== 'PATH');
	return {
		...Object.fromEntries(others),
		KUBECONFIG: kubeconfig,
		KUBECACHEDIR: kubectlCache,
		http_proxy: gateway,
		HTTP_PROXY: gateway,
		no_proxy: loopback,
		NO_PROXY: loopback,
		ENDPOINT_LAB: '1',
		...(curlHome && {CURL_HOME: curlHome}),
		PATH: bin ? [base.PATH, bin].filter(Boolean).join(delimiter) : base.PATH,
	};
}

/** The first executable file of that name on PATH; a name with a slash (on Windows a backslash) is taken as it is. */
export function findOnPath(name: string, path: string | undefined): string | undefined {
	const candidates = (process.platform === 'win32' ? /[\\/]/ : /\//).test(name)
		? [name]
		: (path ?? '')
				.split(delimiter)
				.filter(Boolean)
				.flatMap(folder =>
					(process.platform === 'win32' ? [`${name}.exe`, name] : [name]).map(file => join(folder, file)),
				);
	return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** The learner's own interactive shell: $SHELL, else bash, else sh; PowerShell or cmd on Windows. */
export function interactiveShell(environment: Environment): string | undefined {
	const names =
		process.platform === 'win32'
			? [environment.SHELL, 'pwsh', 'powershell', environment.ComSpec]
			: [environment.SHELL, 'bash', 'sh'];
	return firstShell(names, environment);
}

/** Shells that speak the language of the documents' commands and of the line runner's own wrapper. */
const posixShells = new Set(['bash', 'zsh', 'sh', 'dash', 'ksh', 'mksh', 'ash']);

/**
 * The shell that runs the prompt's lines: $SHELL where it speaks POSIX, else bash, else sh. A fish or PowerShell user
 * gets bash there, because lessons print POSIX commands.
 */
export function lineShell(environment: Environment): string | undefined {
	if (process.platform === 'win32') return gitBash(environment, isExecutable);
	const own = environment.SHELL;
	return firstShell([own && posixShells.has(shellName(own)) ? own : undefined, 'bash', 'sh'], environment);
}

/**
 * On Windows the bash of Git: beside the git on PATH, else where its installer puts it; else another bash on PATH. That of
 * System32 and WindowsApps is WSL's, in which neither the lab's variables nor its paths mean anything.
 */
export function gitBash(environment: Environment, exists: (file: string) => boolean): string | undefined {
	const folders = (environment.PATH ?? '').split(';').filter(Boolean);
	const git = folders.find(folder => exists(win32.join(folder, 'git.exe')));
	const installed = [environment.ProgramFiles, environment.ProgramW6432, environment.LOCALAPPDATA]
		.flatMap((folder, at) => (folder ? [win32.join(folder, ...(at === 2 ? ['Programs', 'Git'] : ['Git']))] : []))
		.map(folder => win32.join(folder, 'bin', 'bash.exe'));
	return [
		...(git ? [win32.join(git, '..', 'bin', 'bash.exe'), win32.join(git, 'bash.exe')] : []),
		...installed,
		...folders
			.filter(folder => !/\\(System32|WindowsApps)\\?$/i.test(folder))
			.flatMap(folder => [win32.join(folder, 'bash.exe'), win32.join(folder, 'sh.exe')]),
	].find(exists);
}

function shellName(path: string): string {
	return basename(path).replace(/\.exe$/i, '');
}

function firstShell(names: (string | undefined)[], environment: Environment): string | undefined {
	for (const name of names) {
		const found = name && findOnPath(name, environment.PATH);
		if (found) return found;
	}
	return undefined;
}
