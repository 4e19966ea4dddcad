declare module 'write-file-atomic' {
	/**
	 * Writes beside the file, syncs unless told not to, and renames over it: a reader sees the old content or the new,
	 * never a half.
	 */
	export function sync(filename: string, data: string | Uint8Array, options?: {mode?: number; fsync?: boolean}): void;
}
