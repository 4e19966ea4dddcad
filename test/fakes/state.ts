import {
	appendFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';

/** A container as the fake daemon knows it; `cluster` and `role` are kind's labels. */
export type FakeContainer = {
	name: string;
	image: string;
	state: 'created' | 'running' | 'exited' | 'paused';
	cluster?: string;
	role?: string;
};

/** An image as the fake daemon keeps it: one architecture under a name, as Docker's own image store does. */
export type FakeImage = {name: string; architecture: string};

/** An image's name as docker shows it: without the registry and folder that it is from when none is named. */
export function shownName(name: string): string {
	const short = name.replace(/^docker\.io\/(library\/)?/, '');
	return /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
}

/** The same name in full, as containerd lists it. */
export function fullName(name: string): string {
	const shown = shownName(name);
	if (/^[^/]+[.:][^/]*\//.test(shown)) return shown;
	return `docker.io/${shown.includes('/') ? '' : 'library/'}${shown}`;
}

/** The steps of `kind create` that a behaviour can name. */
export type FakeStep = 'image' | 'nodes' | 'configuration' | 'control-plane' | 'cni' | 'storage' | 'workers';

/** How the fakes behave, read anew by each of their processes; what is left out goes well. */
export type Behaviour = {
	daemon?: 'stopped' | 'no-permission' | 'silent';
	/** What `docker info` says besides or instead. */
	info?: Record<string, unknown>;
	/** The name of docker's context, and of those that there are. */
	context?: string;
	/** Docker contexts besides the current one. */
	contexts?: {Name: string; DockerEndpoint: string}[];
	pull?: {error?: string; hang?: boolean; layers?: number; stepMs?: number};
	save?: {
		/** `docker save` does not know --platform, as before Docker 28. */
		withoutPlatform?: boolean;
		/** The image whose archive never ends, after its first half. */
		hangAt?: string;
		/** The image that cannot be saved, and what is said of it. */
		failAt?: string;
		error?: string;
	};
	load?: {error?: string};
	kindVersion?: string;
	create?: {
		/** ms that each step takes. */
		stepMs?: number;
		/** The step that never ends. */
		hangAt?: FakeStep;
		failAt?: FakeStep;
		/** What the failing program printed, after `Command Output: `. */
		error?: string;
		/** The whole `ERROR: failed to create cluster: …` of a failure that is not a program's. */
		failure?: string;
		/** A failed start leaves its nodes, as when kind cannot remove them. */
		retain?: boolean;
		/** Somebody has the kubeconfig locked when kind wants to write it, and never lets go. */
		locked?: boolean;
		/** Lines before the first. */
		preamble?: string[];
		/** kind 0.33's variant of the first step's emoji. */
		newEmoji?: boolean;
		/** ms after which a container appears of a `docker run` that was killed meanwhile, as the daemon may do. */
		lateMs?: number;
	};
	/** The nodes have every image that the daemon has. */
	nodesHaveImages?: boolean;
	/** From inside the nodes, no host outside can be reached. */
	nodesOffline?: boolean;
	/** The kubeconfig of the cluster that the made one leads to. */
	kubeconfig?: string;
	/** `kind delete` never ends, after its first node. */
	deleteHangs?: boolean;
	/** Why stopped containers cannot be started again. */
	startError?: string;
	/** How kubectl behaves; without it, as it should. */
	kubectl?: {
		version?: string;
		/** It never ends, whatever it is asked. */
		hangs?: boolean;
	};
	/** How often `kind delete` and `docker rm` still fail. */
	deleteFailures?: number;
};

/** What the fakes keep between their processes, one file a thing, so that several may write at once. */
export class FakeState {
	readonly folder: string;

	constructor(folder: string) {
		this.folder = folder;
		for (const name of ['containers', 'images', 'archives']) mkdirSync(join(folder, name), {recursive: true});
	}

	behaviour(): Behaviour {
		const file = join(this.folder, 'behaviour.json');
		return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
	}

	behave(behaviour: Behaviour): void {
		this.#write(join(this.folder, 'behaviour.json'), JSON.stringify(behaviour));
	}

	/** Takes one of the failures that are left; false when none is. */
	takeDeleteFailure(): boolean {
		const behaviour = this.behaviour();
		if (!behaviour.deleteFailures) return false;
		this.behave({...behaviour, deleteFailures: behaviour.deleteFailures - 1});
		return true;
	}

	containers(): FakeContainer[] {
		return this.#read<FakeContainer>('containers').sort((a, b) => a.name.localeCompare(b.name));
	}

	/** Adds or changes a container. */
	put(container: FakeContainer): void {
		this.#write(join(this.folder, 'containers', `${container.name}.json`), JSON.stringify(container));
	}

	/** Whether there was such a container. */
	remove(name: string): boolean {
		const file = join(this.folder, 'containers', `${name}.json`);
		const there = existsSync(file);
		rmSync(file, {force: true});
		return there;
	}

	/** By the names that docker shows. */
	images(): string[] {
		return this.#read<FakeImage>('images').map(({name}) => name);
	}

	/** The image that goes by a name now. */
	image(name: string): FakeImage | undefined {
		return this.#read<FakeImage>('images').find(image => image.name === shownName(name));
	}

	addImage(name: string, architecture = 'amd64'): void {
		const image: FakeImage = {name: shownName(name), architecture};
		this.#write(join(this.folder, 'images', `${encodeURIComponent(image.name)}.json`), JSON.stringify(image));
	}

	removeImage(name: string): void {
		rmSync(join(this.folder, 'images', `${encodeURIComponent(shownName(name))}.json`), {force: true});
	}

	/** Notes a call: the program, its words, and what of its environment decides. */
	noteCall(program: string, args: string[]): void {
		const kept = Object.entries(process.env).filter(([name]) => /^(KIND_|KUBE|DOCKER_|https?_proxy$)/i.test(name));
		const call = {program, args, environment: Object.fromEntries(kept)};
		appendFileSync(join(this.folder, 'calls.jsonl'), `${JSON.stringify(call)}\n`);
	}

	/** The calls so far, oldest first. */
	calls(): {program: string; args: string[]; environment: Record<string, string>}[] {
		const file = join(this.folder, 'calls.jsonl');
		if (!existsSync(file)) return [];
		// The last line may just be written.
		return readFileSync(file, 'utf8')
			.split('\n')
			.slice(0, -1)
			.map(line => JSON.parse(line));
	}

	#read<T>(folder: string): T[] {
		return readdirSync(join(this.folder, folder))
			.filter(name => name.endsWith('.json'))
			.flatMap(name => {
				try {
					return [JSON.parse(readFileSync(join(this.folder, folder, name), 'utf8')) as T];
				} catch {
					// Removed between the listing and the reading.
					return [];
				}
			});
	}

	#write(file: string, content: string): void {
		const draft = `${file}.${process.pid}`;
		writeFileSync(draft, content);
		renameSync(draft, file);
	}
}
