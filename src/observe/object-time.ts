/** A Kubernetes timestamp as ms since 1970. It is text in JSON, whatever the library's types say. */
export function timeOf(timestamp: Date | string | undefined): number | undefined {
	return timestamp === undefined ? undefined : new Date(timestamp).getTime();
}
