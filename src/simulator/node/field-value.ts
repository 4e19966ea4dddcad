import type {Pod} from '../types.ts';

/** The text of a Pod's field for the downward API, such as `status.podIP` or `metadata.labels['app']`. */
export function fieldValue(pod: Pod, path: string): string {
	const {metadata, spec, status} = pod;
	const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
	if (subscript) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2]!] ?? '';
	const lines = (pairs: Record<string, string> | undefined) =>
		Object.entries(pairs ?? {})
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, value]) => `${key}=${JSON.stringify(value)}`)
			.join('\n');
	const values: Record<string, string | undefined> = {
		'metadata.name': metadata.name,
		'metadata.namespace': metadata.namespace,
		'metadata.uid': metadata.uid,
		'metadata.labels': lines(metadata.labels),
		'metadata.annotations': lines(metadata.annotations),
		'spec.nodeName': spec.nodeName,
		'spec.serviceAccountName': spec.serviceAccountName,
		'status.hostIP': status.hostIP,
		'status.hostIPs': status.hostIP,
		'status.podIP': status.podIP,
		'status.podIPs': status.podIP,
	};
	return values[path] ?? '';
}
