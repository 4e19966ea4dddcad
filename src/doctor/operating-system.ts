/** Operating systems that differ in how things are installed and started; `linux` is any distribution not named here. */
export type OperatingSystem = 'debian' | 'fedora' | 'arch' | 'suse' | 'alpine' | 'linux' | 'wsl' | 'macos' | 'windows';

/** The machine as its own system tells it. */
export type System = {
	os: OperatingSystem;
	/** For people: `Ubuntu 24.04.1 LTS`. */
	name: string;
	/** Of the Windows Subsystem for Linux. */
	wsl?: 1 | 2;
	/** As Go names it: `amd64`, `arm64`. */
	architecture: string;
	cpus: number;
	/** Bytes. */
	memory: number;
};

export type SystemFacts = {
	platform: string;
	/** Of the kernel, as `uname -r` prints it. */
	release: string;
	/** The content of /etc/os-release, where there is one. */
	osRelease: string;
	/** As Node names it: `x64`, `arm64`. */
	architecture: string;
	cpus: number;
	memory: number;
};

const distributions: [OperatingSystem, string[]][] = [
	['debian', ['debian', 'ubuntu']],
	['fedora', ['fedora', 'rhel', 'centos']],
	['arch', ['arch']],
	['suse', ['suse', 'opensuse', 'sles']],
	['alpine', ['alpine']],
];

/** Tells the operating system from what it says of itself; a distribution counts as the one it is like (os-release(5)). */
export function systemOf({platform, release, osRelease, architecture, cpus, memory}: SystemFacts): System {
	const machine = {architecture: architecture === 'x64' ? 'amd64' : architecture, cpus, memory};
	if (platform === 'darwin') return {os: 'macos', name: `macOS (Darwin ${release})`, ...machine};
	if (platform === 'win32') return {os: 'windows', name: `Windows ${release}`, ...machine};
	const fields = new Map(
		osRelease.split('\n').map(line => {
			const [key = '', value = ''] = line.split(/=(.*)/s);
			return [key, value.replace(/^(["'])(.*)\1$/, '$2')] as const;
		}),
	);
	const name = fields.get('PRETTY_NAME') || `Linux ${release}`;
	// WSL 1 has no kernel of its own and calls itself 4.4.0-…-Microsoft.
	if (/microsoft/i.test(release)) return {os: 'wsl', name, wsl: /WSL2|-microsoft-/.test(release) ? 2 : 1, ...machine};
	const likes = `${fields.get('ID') ?? ''} ${fields.get('ID_LIKE') ?? ''}`.split(/[\s-]+/);
	const os = distributions.find(([, names]) => names.some(word => likes.includes(word)))?.[0] ?? 'linux';
	return {os, name, ...machine};
}
