import type {RuntimeName} from '../clusters/container-runtime.ts';
import type {OperatingSystem, System} from './operating-system.ts';

const dockerGroup = 'sudo usermod -aG docker $USER';
const dockerService = 'sudo systemctl enable --now docker';

const installRuntimeCommands: Record<OperatingSystem, string[]> = {
	debian: ['sudo apt-get install docker.io', dockerGroup],
	fedora: ['sudo dnf install moby-engine', dockerService, dockerGroup],
	arch: ['sudo pacman -S docker', dockerService, dockerGroup],
	suse: ['sudo zypper install docker', dockerService, dockerGroup],
	alpine: [
		'sudo apk add docker',
		'sudo rc-update add docker',
		'sudo service docker start',
		'sudo addgroup $USER docker',
	],
	linux: ['curl -fsSL https://get.docker.com | sh', dockerGroup],
	wsl: ['winget.exe install Docker.DockerDesktop'],
	macos: ['brew install colima docker', 'colima start --cpu 2 --memory 4'],
	windows: ['winget install Docker.DockerDesktop'],
};

/** Installs a container runtime. */
export function installRuntime({os}: System): string[] {
	return installRuntimeCommands[os];
}

/** Starts the runtime's daemon or virtual machine; Docker's context tells which program runs it. */
export function startRuntime({os}: System, name: RuntimeName | undefined, context = ''): string[] {
	if (context.startsWith('colima')) return ['colima start'];
	if (context === 'orbstack') return ['orb start'];
	if (context === 'rancher-desktop') return ['rdctl start'];
	if (name === 'podman') return isUnix(os) ? ['systemctl --user start podman.socket'] : ['podman machine start'];
	if (name === 'nerdctl') return isUnix(os) ? ['sudo systemctl start containerd'] : ['rdctl start'];
	if (context === 'desktop-linux' && isUnix(os)) return ['systemctl --user start docker-desktop'];
	if (os === 'macos') return ['open -a Docker'];
	if (os === 'windows') return ['docker desktop start'];
	if (os === 'wsl') return ['docker.exe desktop start', 'sudo service docker start'];
	return os === 'alpine' ? ['sudo service docker start'] : ['sudo systemctl start docker'];
}

/** Has Docker's daemon read its configuration anew. */
export function restartDocker({os}: System): string[] {
	if (!isUnix(os)) return [];
	return os === 'alpine' || os === 'wsl' ? ['sudo service docker restart'] : ['sudo systemctl restart docker'];
}

/** Lets the user use the runtime. */
export function joinRuntimeGroup({os}: System, name: RuntimeName): string[] {
	// containerd has no group: each user has one of their own.
	if (name === 'nerdctl') return isUnix(os) ? ['containerd-rootless-setuptool.sh install'] : [];
	if (os === 'alpine') return ['sudo addgroup $USER docker'];
	return isUnix(os) ? [dockerGroup] : [];
}

/** Installs a release of kind; on Linux the program itself is fetched, since few distributions package it. */
export function installKind({os, architecture}: System, version: string): string[] {
	if (os === 'macos') return ['brew install kind'];
	if (os === 'windows') return ['winget install Kubernetes.kind'];
	return [
		`curl -Lo kind https://kind.sigs.k8s.io/dl/v${version}/kind-linux-${architecture}`,
		'sudo install kind /usr/local/bin/kind',
	];
}

/** Installs a release of kubectl. */
export function installKubectl({os, architecture}: System, version: string): string[] {
	if (os === 'macos') return ['brew install kubectl'];
	if (os === 'windows') return ['winget install Kubernetes.kubectl'];
	return [
		`curl -LO https://dl.k8s.io/release/v${version}/bin/linux/${architecture}/kubectl`,
		'sudo install kubectl /usr/local/bin/kubectl',
	];
}

/** Brings an installed kind up to date. */
export function updateKind(system: System, version: string): string[] {
	if (system.os === 'macos') return ['brew upgrade kind'];
	if (system.os === 'windows') return ['winget upgrade Kubernetes.kind'];
	return installKind(system, version);
}

const packageManagers: Record<OperatingSystem, string> = {
	debian: 'sudo apt-get install',
	fedora: 'sudo dnf install',
	arch: 'sudo pacman -S',
	suse: 'sudo zypper install',
	alpine: 'sudo apk add',
	linux: '',
	wsl: 'sudo apt-get install',
	macos: 'brew install',
	windows: 'winget install',
};

/** Installs a program by the name that most package managers give it. */
export function installPackage({os}: System, name: string): string[] {
	if (os === 'windows' && name === 'bash') return ['winget install Git.Git'];
	if (os === 'windows' && name === 'curl') return ['winget install cURL.cURL'];
	return packageManagers[os] ? [`${packageManagers[os]} ${name}`] : [];
}

/** Gives the virtual machine of a runtime 4 GB and two CPUs; nothing where the runtime has the whole machine. */
export function growRuntime({os}: System, name: RuntimeName, context = ''): string[] {
	if (context.startsWith('colima')) return ['colima stop', 'colima start --cpu 2 --memory 4'];
	if (context === 'orbstack') return ['orb config set memory_mib 4096', 'orb config set cpu 2'];
	if (context === 'rancher-desktop' || (name === 'nerdctl' && !isUnix(os)))
		return ['rdctl set --virtual-machine.memory-in-gb 4 --virtual-machine.number-cpus 2'];
	if (name === 'podman' && (os === 'macos' || os === 'windows'))
		return ['podman machine stop', 'podman machine set --memory 4096 --cpus 2', 'podman machine start'];
	if (os === 'wsl')
		return ['notepad.exe "$(wslpath "$(wslvar USERPROFILE)")/.wslconfig"    # [wsl2] memory=4GB', 'wsl.exe --shutdown'];
	return [];
}

/** Sets a variable for the commands that follow in the same shell. */
export function setVariable({os}: System, name: string, value: string): string {
	return os === 'windows' ? `$env:${name} = "${value}"` : `export ${name}=${value}`;
}

/** Removes variables from the shell. */
export function unsetVariables({os}: System, names: readonly string[]): string {
	return os === 'windows' ? names.map(name => `Remove-Item Env:${name}`).join('; ') : `unset ${names.join(' ')}`;
}

/** Whether containers run beside the user's own processes, in the same kernel. */
function isUnix(os: OperatingSystem): boolean {
	return os !== 'macos' && os !== 'windows';
}
