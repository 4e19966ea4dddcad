/** A failure of a file operation, with the text that strerror gives. */
export class FileError extends Error {
	readonly code: 'ENOENT' | 'EEXIST' | 'ENOTDIR' | 'EISDIR' | 'ENOTEMPTY' | 'EROFS' | 'EINVAL';

	constructor(code: FileError['code']) {
		super(texts[code]);
		this.code = code;
	}
}

const texts = {
	ENOENT: 'No such file or directory',
	EEXIST: 'File exists',
	ENOTDIR: 'Not a directory',
	EISDIR: 'Is a directory',
	ENOTEMPTY: 'Directory not empty',
	EROFS: 'Read-only file system',
	EINVAL: 'Invalid argument',
};

/** A file or directory; `content` is undefined for a directory. `modified` is in ms since 1970. */
export type Entry = {content?: Buffer; mode: number; modified: number};

/** What was changed since the start, as plain JSON: base64 contents, `null` for what was removed. */
export type FileChanges = Record<string, {content?: string; mode: number; modified: number} | null>;

/** Files that exist from the start: text by absolute path; a path ending in `/` is a directory. */
export type BaseFiles = ReadonlyMap<string, Entry>;

/** Files mounted over a path; `files` is asked when something first looks there, and gives the same each time. */
export type Mount = {path: string; files: () => FileSystem; readOnly: boolean};

/** Makes the base files of an image out of texts; all parent directories are added. */
export function baseFiles(texts: Record<string, string>, modified: number, executables: string[] = []): BaseFiles {
	const base = new Map<string, Entry>([['/', {mode: 0o755, modified}]]);
	const parents = (path: string) => {
		for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
			const parent = path.slice(0, at);
			if (!base.has(parent)) base.set(parent, {mode: 0o755, modified});
		}
	};
	for (const [path, text] of Object.entries(texts)) {
		parents(path);
		if (path.endsWith('/')) base.set(path.slice(0, -1) || '/', {mode: path === '/tmp/' ? 0o1777 : 0o755, modified});
		else base.set(path, {content: Buffer.from(text), mode: 0o644, modified});
	}
	for (const path of executables) {
		parents(path);
		base.set(path, {content: Buffer.alloc(0), mode: 0o755, modified});
	}
	return base;
}

/** Absolute, without `.`, `..` and doubled slashes. */
export function resolvePath(cwd: string, path: string): string {
	const parts: string[] = [];
	for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
		if (part === '..') parts.pop();
		else if (part && part !== '.') parts.push(part);
	}
	return `/${parts.join('/')}`;
}

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';

/**
 * The files one container sees: those of its image, never changed, under its own changes, with volumes mounted over
 * them. All paths are absolute and resolved. Operations throw FileError.
 */
export class FileSystem {
	readonly #base: BaseFiles;
	readonly #changes: Map<string, Entry | null>;
	readonly #mounts: Mount[];
	readonly #now: () => number;

	constructor(
		base: BaseFiles,
		now: () => number,
		{mounts = [], changes = {}}: {mounts?: Mount[]; changes?: FileChanges} = {},
	) {
		this.#base = base;
		this.#now = now;
		// The deepest mount wins.
		this.#mounts = [...mounts].sort((a, b) => b.path.length - a.path.length);
		this.#changes = new Map(
			Object.entries(changes).map(([path, change]) => [
				path,
				change && {
					...change,
					content: change.content === undefined ? undefined : Buffer.from(change.content, 'base64'),
				},
			]),
		);
	}

	entry(path: string): Entry | undefined {
		const mounted = this.#mounted(path);
		if (mounted) return mounted.mount.files().entry(mounted.inner);
		const changed = this.#changes.get(path);
		return changed === undefined ? this.#base.get(path) : (changed ?? undefined);
	}

	exists(path: string): boolean {
		return this.entry(path) !== undefined;
	}

	isDirectory(path: string): boolean {
		const entry = this.entry(path);
		return entry !== undefined && entry.content === undefined;
	}

	read(path: string): Buffer {
		const entry = this.entry(path);
		if (!entry) throw new FileError('ENOENT');
		if (entry.content === undefined) throw new FileError('EISDIR');
		return entry.content;
	}

	write(path: string, content: string | Uint8Array, mode?: number): void {
		const known = this.entry(path);
		if (known && known.content === undefined) throw new FileError('EISDIR');
		this.#put(path, {
			content: Buffer.from(content as Uint8Array),
			mode: mode ?? known?.mode ?? 0o644,
			modified: this.#now(),
		});
	}

	append(path: string, content: string | Uint8Array): void {
		const before = this.entry(path)?.content ?? Buffer.alloc(0);
		this.write(path, Buffer.concat([before, Buffer.from(content as Uint8Array)]));
	}

	makeDirectory(path: string): void {
		if (this.exists(path)) throw new FileError('EEXIST');
		this.#put(path, {mode: 0o755, modified: this.#now()});
	}

	changeMode(path: string, mode: number): void {
		const entry = this.entry(path);
		if (!entry) throw new FileError('ENOENT');
		this.#put(path, {...entry, mode});
	}

	touch(path: string): void {
		const entry = this.entry(path);
		this.#put(path, {...(entry ?? {content: Buffer.alloc(0), mode: 0o644}), modified: this.#now()});
	}

	/** Removes a file or an empty directory. */
	remove(path: string): void {
		const entry = this.entry(path);
		if (!entry) throw new FileError('ENOENT');
		if (entry.content === undefined && this.list(path).length > 0) throw new FileError('ENOTEMPTY');
		const mounted = this.#mounted(path);
		if (mounted) {
			if (mounted.mount.readOnly || mounted.inner === '/') throw new FileError('EROFS');
			mounted.mount.files().remove(mounted.inner);
		} else if (this.#base.has(path)) this.#changes.set(path, null);
		else this.#changes.delete(path);
	}

	/** The names in a directory, sorted. */
	list(path: string): string[] {
		const entry = this.entry(path);
		if (!entry) throw new FileError('ENOENT');
		if (entry.content !== undefined) throw new FileError('ENOTDIR');
		const mounted = this.#mounted(path);
		const names = new Set<string>(mounted ? mounted.mount.files().list(mounted.inner) : []);
		const prefix = path === '/' ? '/' : `${path}/`;
		const add = (candidate: string) => {
			if (candidate.length > prefix.length && candidate.startsWith(prefix)) {
				const name = candidate.slice(prefix.length);
				if (!name.includes('/')) names.add(name);
			}
		};
		if (!mounted) {
			for (const candidate of this.#base.keys()) if (this.#changes.get(candidate) !== null) add(candidate);
			for (const [candidate, changed] of this.#changes) if (changed) add(candidate);
		}
		for (const mount of this.#mounts) add(mount.path);
		return [...names].sort();
	}

	/** The container's own changes, without those in volumes. */
	snapshot(): FileChanges {
		const changes: FileChanges = {};
		for (const [path, entry] of this.#changes) {
			changes[path] = entry && {
				mode: entry.mode,
				modified: entry.modified,
				...(entry.content && {content: entry.content.toString('base64')}),
			};
		}
		return changes;
	}

	#put(path: string, entry: Entry) {
		if (path !== '/') {
			const parent = this.entry(parentOf(path));
			if (!parent) throw new FileError('ENOENT');
			if (parent.content !== undefined) throw new FileError('ENOTDIR');
		}
		const mounted = this.#mounted(path);
		if (!mounted) this.#changes.set(path, entry);
		else if (mounted.mount.readOnly) throw new FileError('EROFS');
		else mounted.mount.files().#put(mounted.inner, entry);
	}

	#mounted(path: string): {mount: Mount; inner: string} | undefined {
		for (const mount of this.#mounts) {
			if (path === mount.path) {
				// A single file can be mounted over a file (subPath); its own root is that file.
				return {mount, inner: '/'};
			}
			if (path.startsWith(`${mount.path}/`)) return {mount, inner: path.slice(mount.path.length)};
		}
		return undefined;
	}
}
