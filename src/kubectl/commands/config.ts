import {existsSync, readFileSync} from 'node:fs';
import {sync as writeFileAtomic} from 'write-file-atomic';
import {type Document, parseDocument} from 'yaml';
import {KubectlError, lacks, usageError} from '../errors.ts';
import {commandHelp} from '../help.ts';
import {type Kubeconfig, kubeconfigFiles} from '../kubeconfig.ts';
import type {KubeObject} from '../objects.ts';
import {objectPrinter, outputFlags} from '../printers/output.ts';
import {toYaml} from '../printers/yaml.ts';
import type {Command, Session} from '../session.ts';
import {TabWriter, tableTabs} from '../tabwriter.ts';

/** The kubeconfig with its secrets hidden, and only what the current context needs where `minify` says so. */
function shown(session: Session): Kubeconfig {
	const {flags, config} = session;
	const wanted = flags.text('context') || config['current-context'];
	let {clusters, contexts, users} = config;
	if (flags.on('minify')) {
		contexts = contexts.filter(({name}) => name === wanted);
		const context = contexts[0]?.context;
		if (!context) throw new KubectlError('current-context must exist in order to minify');
		clusters = clusters.filter(({name}) => name === context.cluster);
		users = users.filter(({name}) => name === context.user);
	}
	const raw = flags.on('raw');
	const hide = (entry: object | undefined, keys: string[], text: string) =>
		Object.fromEntries(
			Object.entries(entry ?? {}).map(([key, value]) => [key, !raw && keys.includes(key) ? text : value]),
		);
	return {
		...config,
		'current-context': wanted,
		contexts,
		clusters: clusters.map(({name, cluster}) => ({
			name,
			cluster: hide(cluster, ['certificate-authority-data'], 'DATA+OMITTED'),
		})),
		users: users.map(({name, user}) => ({
			name,
			user: hide(
				hide(user, ['client-certificate-data', 'client-key-data'], 'DATA+OMITTED'),
				['token', 'password'],
				'REDACTED',
			),
		})),
	};
}

function contextsTable(session: Session): void {
	const {config, flags} = session;
	const [, wanted] = session.arguments;
	const contexts = config.contexts.filter(({name}) => !wanted || name === wanted);
	const sorted = [...contexts].sort((a, b) => (a.name < b.name ? -1 : 1));
	if (flags.text('output') === 'name') {
		for (const {name} of sorted) session.print(name);
		return;
	}
	const lines = sorted.map(({name, context}) =>
		[
			name === config['current-context'] ? '*' : '',
			name,
			context?.cluster ?? '',
			context?.user ?? '',
			context?.namespace ?? '',
		].join('\t'),
	);
	if (!flags.on('no-headers')) lines.unshift('CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE');
	if (lines.length > 0) session.write(new TabWriter(tableTabs).format(`${lines.join('\n')}\n`));
	if (wanted && contexts.length === 0) throw new KubectlError(`context ${wanted} not found`);
}

/** Changes the first kubeconfig file in which `find` finds a place to write to. Comments and unknown fields stay. */
function change(session: Session, find: (config: Document) => (string | number)[] | undefined, value: string): void {
	for (const file of kubeconfigFiles(session.flags.text('kubeconfig'), session.io.environment)) {
		if (!existsSync(file)) continue;
		const document = parseDocument(readFileSync(file, 'utf8'));
		const path = find(document);
		if (!path) continue;
		document.setIn(path, value);
		writeFileAtomic(file, document.toString(), {mode: 0o600});
		return;
	}
	throw new KubectlError('no kubeconfig file was found to write to');
}

function switchContext(session: Session, name: string | undefined): void {
	if (!name)
		throw new KubectlError("a context name is needed\nSee 'kubectl config use-context -h' for help and examples");
	if (!session.config.contexts.some(context => context.name === name))
		throw new KubectlError(`no context exists with the name: "${name}"`);
	const isSet = (config: Document) => config.has('current-context');
	const files = session.config['current-context'] ? isSet : () => true;
	change(session, config => (files(config) ? ['current-context'] : undefined), name);
	session.print(`Switched to context "${name}".`);
}

function setContext(session: Session, name: string | undefined): void {
	const {flags, config} = session;
	const wanted = flags.on('current') ? config['current-context'] : name;
	if (!wanted) throw new KubectlError('you must specify a non-empty context name or --current');
	if (!config.contexts.some(context => context.name === wanted)) throw lacks('config set-context for a new context');
	for (const key of ['namespace', 'cluster', 'user']) {
		if (!flags.given(key)) continue;
		const place = (document: Document) => {
			const {contexts = []} = document.toJS() as {contexts?: {name: string}[]};
			const index = contexts.findIndex(context => context.name === wanted);
			return index < 0 ? undefined : ['contexts', index, 'context', key];
		};
		change(session, place, flags.text(key));
	}
	session.print(`Context "${wanted}" modified.`);
}

/** Subcommands of stock kubectl that are not here. */
const others = new Set([
	'delete-cluster',
	'delete-context',
	'delete-user',
	'rename-context',
	'set',
	'set-cluster',
	'set-credentials',
	'unset',
]);

/** `kubectl config`. */
export const command: Command = {
	summary: 'Modify kubeconfig files',
	usage:
		'kubectl config (current-context | view | get-contexts | use-context NAME | set-context --current --namespace=NAME)',
	flags: {
		...outputFlags,
		minify: {type: 'boolean'},
		raw: {type: 'boolean'},
		current: {type: 'boolean'},
		'no-headers': {type: 'boolean'},
	},
	async run(session) {
		const [name, argument] = session.arguments;
		const {config} = session;
		if (name === 'current-context') {
			if (!config['current-context']) throw new KubectlError('current-context is not set');
			session.print(config['current-context']);
		} else if (name === 'view') {
			const view = shown(session) as unknown as KubeObject;
			session.write((objectPrinter(session) ?? toYaml)(view));
		} else if (name === 'get-clusters' || name === 'get-users') {
			const names = (name === 'get-users' ? config.users : config.clusters)?.map(({name}) => name) ?? [];
			for (const line of ['NAME', ...names.sort()]) session.print(line);
		} else if (name === 'get-contexts') contextsTable(session);
		else if (name === 'use-context' || name === 'use') switchContext(session, argument);
		else if (name === 'set-context') setContext(session, argument);
		else if (name === undefined) {
			session.write(commandHelp(command));
			return 1;
		} else if (others.has(name)) throw lacks(`config ${name}`);
		else throw usageError('config', `unknown command ${JSON.stringify(name)}`);
		return 0;
	},
};
