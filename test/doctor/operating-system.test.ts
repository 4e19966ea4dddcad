import {describe, expect, test} from 'vitest';
import {systemOf} from '../../src/doctor/operating-system.ts';

const machine = {architecture: 'x64', cpus: 4, memory: 8_000_000_000};

function onLinux(osRelease: string, release = '6.8.0-45-generic') {
	return systemOf({platform: 'linux', release, osRelease, ...machine});
}

describe('a Linux distribution', () => {
	test.each([
		['debian', 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"'],
		['debian', 'ID=linuxmint\nID_LIKE="ubuntu debian"'],
		['fedora', 'ID="rocky"\nID_LIKE="rhel centos fedora"'],
		['arch', 'ID=manjaro\nID_LIKE=arch'],
		['suse', 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"'],
		['alpine', 'ID=alpine'],
		['linux', 'ID=nixos'],
		['linux', ''],
	])('counts as %s by what it is or is like', (os, osRelease) => {
		expect(onLinux(osRelease).os).toBe(os);
	});

	test('goes by the name that it gives itself, and its processor by Go’s', () => {
		expect(onLinux("ID=ubuntu\nPRETTY_NAME='Ubuntu 24.04.1 LTS'\n")).toMatchObject({
			name: 'Ubuntu 24.04.1 LTS',
			architecture: 'amd64',
		});
		expect(onLinux('').name).toBe('Linux 6.8.0-45-generic');
	});
});

test.each([
	[2, '5.15.167.4-microsoft-standard-WSL2'],
	[1, '4.4.0-19041-Microsoft'],
])('WSL %i is told by its kernel', (wsl, release) => {
	expect(onLinux('ID=ubuntu', release)).toMatchObject({os: 'wsl', wsl});
});

test('macOS and Windows', () => {
	expect(systemOf({platform: 'darwin', release: '24.1.0', osRelease: '', ...machine, architecture: 'arm64'})).toEqual({
		os: 'macos',
		name: 'macOS (Darwin 24.1.0)',
		architecture: 'arm64',
		cpus: 4,
		memory: 8_000_000_000,
	});
	expect(systemOf({platform: 'win32', release: '10.0.26100', osRelease: '', ...machine}).os).toBe('windows');
});
