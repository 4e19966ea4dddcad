import {readdirSync, readFileSync, statSync} from 'node:fs';
import {extname, join, resolve} from 'node:path';
import type {Readable} from 'node:stream';
import {parseAllDocuments} from 'yaml';
import type {Discovery, Resource} from './discovery.ts';
import {KubectlError, lacks} from './errors.ts';
import type {JsonObject, KubeObject} from './objects.ts';

/** One object of a manifest, and where it came from: the path as given, or `STDIN`. */
export type Manifest = {object: KubeObject; source: string};

/** The objects of one text of YAML or JSON, lists taken apart. Throws KubectlError naming the source. */
export function parseManifests(text: string, source: string): Manifest[] {
	// YAML 1.1 as kubectl reads it, but times stay text and 1:30 is no number.
	const documents = parseAllDocuments(text, {
		version: '1.1',
		customTags: tags =>
			tags.filter(
				tag =>
					typeof tag === 'string' || !(tag.tag.endsWith(':timestamp') || ('format' in tag && tag.format === 'TIME')),
			),
	});
	const manifests: Manifest[] = [];
	for (const document of documents) {
		const [problem] = document.errors;
		if (problem) {
			const line = problem.linePos?.[0].line;
			throw new KubectlError(
				`error parsing ${source}: error converting YAML to JSON: yaml: ${line ? `line ${line}: ` : ''}${problem.message.split('\n')[0]!.replace(/ at line \d+.*$/, '')}`,
			);
		}
		const value = document.toJS() as KubeObject | null;
		if (value === null || value === undefined) continue;
		if (typeof value !== 'object' || Array.isArray(value)) {
			throw new KubectlError(
				`error validating ${JSON.stringify(source)}: error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false`,
			);
		}
		const unset = [...(value.apiVersion ? [] : ['apiVersion not set']), ...(value.kind ? [] : ['kind not set'])];
		if (unset.length > 0) {
			throw new KubectlError(
				`error validating ${JSON.stringify(source)}: error validating data: ${unset.length > 1 ? `[${unset.join(', ')}]` : unset[0]}; if you choose to ignore these errors, turn validation off with --validate=false`,
			);
		}
		if (value.kind.endsWith('List') && Array.isArray(value.items)) {
			for (const item of value.items as KubeObject[]) manifests.push({object: item, source});
		} else manifests.push({object: {...value, metadata: value.metadata ?? {}}, source});
	}
	return manifests;
}

const extensions = new Set(['.json', '.yaml', '.yml']);

function filesOf(path: string, shown: string, recursive: boolean): {path: string; shown: string}[] {
	return readdirSync(path, {withFileTypes: true})
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.flatMap(entry => {
			const inner = {path: join(path, entry.name), shown: join(shown, entry.name)};
			if (entry.isDirectory()) return recursive ? filesOf(inner.path, inner.shown, recursive) : [];
			return extensions.has(extname(entry.name)) ? [inner] : [];
		});
}

/** Reads what `-f` names: files, folders (their .yaml, .yml and .json), and `-` for stdin. `args` must be empty beside it. */
export async function readManifests(
	names: string[],
	{
		cwd,
		stdin,
		recursive,
		verb = 'the command',
		args = [],
	}: {cwd: string; stdin: Readable; recursive: boolean; verb?: string; args?: string[]},
): Promise<Manifest[]> {
	if (args.length > 0) {
		throw new KubectlError(
			'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
		);
	}
	const manifests: Manifest[] = [];
	for (const name of names.flatMap(name => name.split(','))) {
		if (name === '-') {
			const parts: Buffer[] = [];
			for await (const part of stdin) parts.push(Buffer.from(part as Buffer));
			manifests.push(...parseManifests(Buffer.concat(parts).toString('utf8'), 'STDIN'));
			continue;
		}
		if (/^https?:\/\//.test(name)) throw lacks(`-f ${name} (a file from the Internet)`);
		const path = resolve(cwd, name);
		let folder: boolean;
		try {
			folder = statSync(path).isDirectory();
		} catch {
			throw new KubectlError(`the path "${name}" does not exist`);
		}
		const files = folder ? filesOf(path, name, recursive) : [{path, shown: name}];
		if (files.length === 0)
			throw new KubectlError(`error reading [${name}]: recognized file extensions are [.json .yaml .yml]`);
		for (const file of files) manifests.push(...parseManifests(readFileSync(file.path, 'utf8'), file.shown));
	}
	if (manifests.length === 0) throw new KubectlError(`no objects passed to ${verb}`);
	return manifests;
}

/** A manifest with its type and the namespace it goes to. */
export type Placed = Manifest & {resource: Resource; namespace: string | undefined; name: string};

/**
 * Finds the types and namespaces of manifests; what cannot be placed comes back as failures, in kubectl's words.
 * `forced` says that the namespace was given on the command line.
 */
export function place(
	manifests: Manifest[],
	discovery: Discovery,
	{namespace, forced}: {namespace: string; forced: boolean},
): {placed: Placed[]; failures: KubectlError[]} {
	const placed: Placed[] = [];
	const failures: KubectlError[] = [];
	for (const manifest of manifests) {
		const {apiVersion, kind, metadata} = manifest.object;
		const resource = discovery.ofKind(apiVersion, kind);
		if (!resource) {
			failures.push(
				new KubectlError(
					`resource mapping not found for name: ${JSON.stringify(metadata.name ?? '')} namespace: ${JSON.stringify(metadata.namespace ?? '')} from ${JSON.stringify(manifest.source)}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`,
				),
			);
			continue;
		}
		if (!resource.namespaced) {
			placed.push({...manifest, resource, namespace: undefined, name: metadata.name ?? ''});
			continue;
		}
		if (forced && metadata.namespace && metadata.namespace !== namespace) {
			failures.push(
				new KubectlError(
					`the namespace from the provided object "${metadata.namespace}" does not match the namespace "${namespace}". You must pass '--namespace=${metadata.namespace}' to perform this operation.`,
				),
			);
			continue;
		}
		const own = metadata.namespace || namespace;
		const object = {...manifest.object, metadata: {...metadata, namespace: own}};
		placed.push({...manifest, object, resource, namespace: own, name: metadata.name ?? ''});
	}
	return {placed, failures};
}

/** The patch as it is to be sent: what looks like a JSON object as it stands, anything else read as YAML. */
export function parsePatch(text: string): string | JsonObject | JsonObject[] {
	if (text.trimStart().startsWith('{')) return text;
	const [document] = parseAllDocuments(text, {version: '1.1'});
	if (!document || document.errors.length > 0) {
		throw new KubectlError(
			`unable to parse ${JSON.stringify(text)}: ${document?.errors[0]?.message.split('\n')[0] ?? 'it is empty'}`,
		);
	}
	return document.toJS() as JsonObject;
}
