const random = '[bcdfghjklmnpqrstvwxz2456789]{5}';
const hash = '[456789bcdf]{6,10}';
const rules: [RegExp, string][] = [
	// Identities.
	[/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/g, '(uid)'],
	[/\b\w+:\/\/[\da-f]{64}\b/g, '(container)'],
	[/\S*sha256:[\da-f]+/g, '(image)'],
	[/\b[\da-f]{64}\b/g, '(id)'],
	[/("?resourceVersion"?: )"\d+"/g, '$1(version)'],
	[/((?:observedG|g)eneration: )\d+/g, '$1(number)'],
	// Names that it makes up.
	[/\b(?:kind|lab)-control-plane\b/g, '(control plane)'],
	[/\b(?:kind|lab)-worker\d*\b/g, '(worker)'],
	[new RegExp(`-${hash}-${random}\\b`, 'g'), '-(hash)-(random)'],
	[new RegExp(`-${hash}(?=["\\s,]|$)`, 'gm'), '-(hash)'],
	[new RegExp(`(pod-template-hash(?:=|: ))${hash}`, 'g'), '$1(hash)'],
	[new RegExp(`\\b([a-z][a-z-]*)-${random}\\b`, 'g'), '$1-(random)'],
	// Times, and how often and how long ago something happened.
	[/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, '(time)'],
	[/\d\d\/\w{3}\/\d{4}(:\d\d){3} \+0000/g, '(time)'],
	[/\w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4}/g, '(time)'],
	[/^[EWI]\d{4} [\d:.]+ +\d+ /gm, '(log) '],
	[/\b(?:\d+[dhm]){1,2}(?:\d+s)?\b|\b\d+s\b/g, '(age)'],
	[/ *\(x\d+ over \(age\)\)/g, ''],
	// Addresses and ports that a cluster hands out.
	[/\b10\.244\.\d+\.\d+/g, '(pod address)'],
	[/\b10\.(?:9[6-9]|1[01]\d)\.\d+\.\d+/g, '(service address)'],
	[/\b172\.\d+\.\d+\.\d+/g, '(node address)'],
	[/https:\/\/127\.0\.0\.1:\d+/g, '(server)'],
	// How many steps of a rollout kubectl sees is chance, and whether it sees the last of a Pod that goes.
	[/^Waiting for deployment .*\n/gm, ''],
	[/^pod\/\S+-\(random\) condition met\n/gm, ''],
	// Whether the annotation is there depends on which of two controllers was last.
	[/^ *endpoints\.kubernetes\.io\/last-change-trigger-time: "\(time\)"\n/gm, ''],
	[/^ *annotations:\n(?= *creationTimestamp)/gm, ''],
	[/^(Annotations: +)endpoints\.kubernetes\.io\/last-change-trigger-time: \(time\)$/gm, '$1<none>'],
	// Columns are as wide as their widest cell.
	[/(?<=\S) {2,}/g, '  '],
	[/ +$/gm, ''],
];

/**
 * An answer of kubectl without what two runs on the same cluster do not share: names, addresses, times, ages, and the
 * order of the rows of a table.
 */
export function normalise(text: string): string {
	let result = text;
	for (const [pattern, replacement] of rules) result = result.replace(pattern, replacement);
	const [heading = '', ...rows] = result.split('\n');
	return /^[A-Z][A-Z ()-]+$/.test(heading) ? [heading, ...rows.sort()].join('\n') : result;
}

/** An answer without what kubectl itself says otherwise in other versions of it, 1.32 to 1.36. */
export const withoutVersion = (text: string): string =>
	text
		// Since 1.34 it says where it deleted from, and which container an Event is about.
		.replace(/ from \S+ namespace(?=$| \()/gm, '')
		.replace(/\bspec\.containers\{[\w-]+\}: /g, '')
		// Up to 1.33 it printed the time of creation of objects that it had only made up.
		.replace(/^ *creationTimestamp: null\n/gm, '')
		// Since 1.33 it warns of a rollback of what was applied.
		.replace(/^Warning: resource \S+ was previously managed.*\n?/gm, '')
		// Up to 1.32 it had another word for an unset `optional`.
		.replace(/^( +)ConfigMapOptional: +<nil>$/gm, '$1Optional:  false');
