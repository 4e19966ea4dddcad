import {createHash} from 'node:crypto';
import {type KeyValue, keysWhere, keyValue} from '../../etcd/keys.ts';
import {
	type Format,
	fieldsHeader,
	fieldsKey,
	type Header,
	json,
	jsonHeader,
	jsonKey,
	type KeyOptions,
	simpleKey,
	table,
} from '../../etcd/print.ts';
import type {Change, Store} from '../../store.ts';
import type {Command} from '../image.ts';
import type {Process} from '../machine.ts';
import {type Running, waitFor} from '../running.ts';
import {FlagError, type Flags, readFlags} from './go-flags.ts';

const version = '3.6.8';
const usage = `NAME:
	etcdctl - A simple command line client for etcd3.

COMMANDS of the embedded cluster's etcd, which can only be read:
	get KEY [RANGE_END]	Gets the key or a range of keys
	watch KEY [RANGE_END]	Watches events stream on keys or prefixes
	endpoint health	Checks the healthiness of endpoints specified in \`--endpoints\` flag
	endpoint status	Prints out the status of endpoints specified in \`--endpoints\` flag
	member list	Lists all members in the cluster
	version	Prints the version of etcdctl

OPTIONS:
      --cacert="", --cert="", --key=""	TLS files, of /etc/kubernetes/pki/etcd
      --endpoints=[127.0.0.1:2379]	gRPC endpoints
      --hex[=false]	print byte strings as hex encoded strings
  -w, --write-out="simple"	set the output format (fields, json, simple, table)
get:
      --prefix, --from-key, --keys-only, --count-only, --print-value-only, --limit=N, --rev=N
      --sort-by=CREATE|KEY|MODIFY|VALUE|VERSION, --order=ASCEND|DESCEND
`;

/** Exit codes of etcdctl (pkg/cobrautl/error.go). */
const failed = 1;
const badFeature = 4;
const badArguments = 128;

class EtcdctlError extends Error {
	readonly code: number;
	constructor(code: number, message: string) {
		super(message);
		this.code = code;
	}
}

const flags: Flags = {
	boolean: [
		'hex',
		'prefix',
		'from-key',
		'keys-only',
		'count-only',
		'print-value-only',
		'cluster',
		'debug',
		'help',
		'insecure-skip-tls-verify',
		'insecure-transport',
		'prev-kv',
	],
	value: [
		'endpoints',
		'cacert',
		'cert',
		'key',
		'write-out',
		'limit',
		'rev',
		'sort-by',
		'order',
		'consistency',
		'command-timeout',
		'dial-timeout',
		'max-bytes',
	],
	short: {w: 'write-out', h: 'help'},
};
type Read = ReturnType<typeof readFlags>;

/** A client's connection: etcd, and the endpoints as they were written. */
type Connection = {store: Store; endpoints: string[]; header: Header; name: string};

/** etcdctl 3.6 against the store of the API server: what it prints is what a real etcd of a cluster like this would hold. */
export const etcdctl: Command = function* etcdctl(process) {
	try {
		const read = readFlags(process.arguments.slice(1), flags);
		const [command = '', ...rest] = read.words;
		if (read.on.has('help') || command === '' || command === 'help') {
			process.stdout(usage);
			return 0;
		}
		return yield* run(process, command, rest, read);
	} catch (error) {
		if (error instanceof FlagError) {
			process.stderr(`Error: ${error.message}\n`);
			return failed;
		}
		if (!(error instanceof EtcdctlError)) throw error;
		process.stderr(`Error: ${error.message}\n`);
		return error.code;
	}
};

function* run(process: Process, command: string, words: string[], read: Read): Running {
	const format = formatOf(read);
	switch (command) {
		case 'version':
			process.stdout(`etcdctl version: ${version}\nAPI version: ${version.slice(0, 3)}\n`);
			return 0;
		case 'get':
			return get(process, yield* connect(process, read), words, read, format);
		case 'watch':
			return yield* watch(process, yield* connect(process, read), words, read, format);
		case 'member':
			if (words[0] === 'list') return memberList(process, yield* connect(process, read), format);
			break;
		case 'endpoint':
			if (words[0] === 'health') return health(process, yield* connect(process, read), format);
			if (words[0] === 'status') return status(process, yield* connect(process, read), format);
			break;
		case 'put':
		case 'del':
		case 'txn':
		case 'compaction':
			throw new EtcdctlError(
				failed,
				"the embedded cluster's etcd can only be read, and a real one should be: change objects with kubectl",
			);
	}
	const what = [command, ...words.slice(0, 1)].join(' ').trim();
	throw new EtcdctlError(
		failed,
		`"${what}" is not simulated in the embedded cluster; get, watch, endpoint health, endpoint status, member list and version are`,
	);
}

function formatOf({values}: Read): Format | 'table' {
	const format = values['write-out'] ?? 'simple';
	if (format === 'simple' || format === 'json' || format === 'fields' || format === 'table') return format;
	const known = 'fields, json, simple, table';
	throw new EtcdctlError(badFeature, `the embedded cluster's etcdctl writes ${known}, and not ${format}`);
}

/** Finds etcd behind the endpoints, as TLS and TCP would; without it the client tries for five seconds and gives up. */
function* connect(process: Process, {values, on}: Read): Running<Connection> {
	const {machine} = process;
	for (const flag of ['cert', 'key', 'cacert']) {
		const file = values[flag];
		if (file && !machine.files.entry(process.path(file)))
			throw new EtcdctlError(badArguments, `open ${file}: no such file or directory`);
	}
	const endpoints = (values.endpoints ?? '127.0.0.1:2379').split(',').map(text => text.trim());
	const refusal = endpoints.map(endpoint => refuse(process, endpoint, {values, on})).find(Boolean);
	const store = machine.network.etcd;
	if (!store || refusal) {
		const [target] = endpoints.map(endpoint => endpoint.replace(/^https?:\/\//, ''));
		yield* process.sleep(5000);
		const why = refusal ?? `dial tcp ${target}: connect: connection refused`;
		const warning = {
			level: 'warn',
			ts: `${new Date(machine.clock.now()).toISOString().slice(0, -1)}000Z`,
			logger: 'etcd-client',
			caller: `v3@v${version}/retry_interceptor.go:65`,
			msg: 'retrying of unary invoker failed',
			target: `etcd-endpoints://0xc000002000/${target}`,
			attempt: 0,
			error: `rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = "${why}"`,
		};
		process.stderr(`${JSON.stringify(warning)}\n`);
		throw new EtcdctlError(failed, 'context deadline exceeded');
	}
	const name = machine.hostname.replace(/^etcd-/, '');
	const header = {clusterID: id(`cluster ${name}`), memberID: id(name), revision: store.revision, raftTerm: 2};
	return {store, endpoints, header, name};
}

/** Why a server that asks for certificates does not talk to this client. */
function refuse(process: Process, endpoint: string, {values, on}: Pick<Read, 'values' | 'on'>): string | undefined {
	const {cacert, cert, key} = values;
	const [, scheme, host = '', port = '2379'] = /^(?:(https?):\/\/)?([^:/]*)(?::(\d+))?$/.exec(endpoint) ?? [];
	const {ip} = process.machine.network;
	if (!['127.0.0.1', 'localhost', ip].includes(host) || port !== '2379')
		return `transport: Error while dialing: dial tcp ${host}:${port}: connect: connection refused`;
	if (scheme === 'http' || (!scheme && !cacert && !cert)) return 'error reading server preface: EOF';
	if (!cacert && !on.has('insecure-skip-tls-verify'))
		return 'transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority';
	if (!cert || !key) return 'error reading server preface: remote error: tls: certificate required';
	return undefined;
}

/** A number of 64 bits that is always the same for a text. */
const id = (text: string) => createHash('sha256').update(text).digest().readBigUInt64BE() >> 1n;

/** The condition on keys that `KEY [RANGE_END]`, --prefix and --from-key make. */
function selection(words: string[], {on}: Read): (key: string) => boolean {
	const [key, end] = words;
	if (on.has('prefix') && on.has('from-key'))
		throw new EtcdctlError(badArguments, '`--prefix` and `--from-key` cannot be set at the same time, choose one');
	if (key === undefined)
		throw new EtcdctlError(badArguments, 'get command needs one argument as key and an optional argument as range_end');
	if (end !== undefined) {
		if (on.has('prefix') || on.has('from-key')) {
			const text = 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set';
			throw new EtcdctlError(badArguments, text);
		}
		return candidate => candidate >= key && candidate < end;
	}
	if (on.has('prefix')) return candidate => candidate.startsWith(key);
	if (on.has('from-key')) return candidate => candidate >= key;
	return candidate => candidate === key;
}

function get(process: Process, {store, header}: Connection, words: string[], read: Read, format: Format | 'table') {
	const {on, values} = read;
	const wanted = selection(words, read);
	const keysOnly = on.has('keys-only');
	if (keysOnly && on.has('count-only'))
		throw new EtcdctlError(badArguments, '`--keys-only` and `--count-only` cannot be set at the same time, choose one');
	const revision = Number(values.rev ?? 0);
	if (revision > store.revision)
		throw new EtcdctlError(failed, 'etcdserver: mvcc: required revision is a future revision');
	// The store keeps no older values, as if each change were followed by a compaction.
	if (revision > 0 && revision < store.revision)
		throw new EtcdctlError(failed, 'etcdserver: mvcc: required revision has been compacted');
	const found = sorted(keysWhere(store, wanted), read);
	const limit = Number(values.limit ?? 0);
	const shown = on.has('count-only') ? [] : limit > 0 ? found.slice(0, limit) : found;
	if (on.has('count-only') && format !== 'fields')
		throw new EtcdctlError(badArguments, '--count-only is only for `--write-out=fields`');
	if (on.has('print-value-only') && format !== 'simple')
		throw new EtcdctlError(badArguments, 'print-value-only is only for `--write-out=simple`');
	const options: KeyOptions = {hex: on.has('hex'), keysOnly, valueOnly: on.has('print-value-only')};
	const more = shown.length < found.length && !on.has('count-only');
	if (format === 'json') {
		const kvs = shown.map(entry => jsonKey(entry, options));
		process.stdout(
			json({
				header: jsonHeader(header),
				...(kvs.length > 0 && {kvs}),
				...(more && {more}),
				...(found.length > 0 && {count: found.length}),
			}),
		);
	} else if (format === 'fields') {
		process.stdout(
			`${fieldsHeader(header)}${shown.map(entry => fieldsKey(entry, options)).join('')}"More" : ${more}\n"Count" : ${found.length}\n`,
		);
	} else if (format === 'table') throw noTable();
	else for (const entry of shown) process.stdout(simpleKey(entry, options));
	return 0;
}

const noTable = () => new EtcdctlError(badFeature, 'table is not supported as output format');

/** What --sort-by names; keys are in order already. */
const sortTargets: Record<string, (a: KeyValue, b: KeyValue) => number> = {
	KEY: () => 0,
	CREATE: (a, b) => a.createRevision - b.createRevision,
	MODIFY: (a, b) => a.modRevision - b.modRevision,
	VERSION: (a, b) => a.version - b.version,
	VALUE: (a, b) => a.value().compare(b.value()),
};

function sorted(entries: KeyValue[], {values}: Read): KeyValue[] {
	const target = (values['sort-by'] ?? 'KEY').toUpperCase();
	const order = (values.order ?? 'ASCEND').toUpperCase();
	const compare = sortTargets[target];
	if (!compare) throw new EtcdctlError(badFeature, `bad sort target ${values['sort-by']}`);
	if (order !== 'ASCEND' && order !== 'DESCEND') throw new EtcdctlError(badFeature, `bad sort order ${values.order}`);
	const result = entries.sort(compare);
	return order === 'DESCEND' ? result.reverse() : result;
}

/** Prints each change of the keys until it is interrupted. */
function* watch(
	process: Process,
	{store, header}: Connection,
	words: string[],
	read: Read,
	format: Format | 'table',
): Running {
	if (format === 'table') throw noTable();
	const wanted = selection(words, read);
	const options: KeyOptions = {hex: read.on.has('hex'), keysOnly: false, valueOnly: false};
	const pending: Change[] = [];
	let wake = () => {};
	const stop = store.subscribeAll(change => {
		pending.push(change);
		wake();
	});
	try {
		for (;;) {
			yield* waitFor<void>(settle => {
				wake = settle;
				if (pending.length > 0) settle();
				return () => {};
			});
			for (const {type, resource, object} of pending.splice(0)) {
				const entry = keyValue(store, resource, object);
				if (!wanted(entry.key)) continue;
				const kind = type === 'DELETED' ? 'DELETE' : 'PUT';
				const shown =
					type === 'DELETED' ? {...entry, createRevision: 0, version: 0, value: () => Buffer.alloc(0)} : entry;
				const current = {...header, revision: entry.modRevision};
				if (format === 'simple') process.stdout(Buffer.concat([Buffer.from(`${kind}\n`), simpleKey(shown, options)]));
				else if (format === 'fields')
					process.stdout(`${fieldsHeader(current)}"Type" : ${kind}\n${fieldsKey(shown, options)}`);
				else process.stdout(json({Header: jsonHeader(current), Events: [{type: kind, kv: jsonKey(shown, options)}]}));
			}
		}
	} finally {
		stop();
	}
}

function memberList(process: Process, {header, name}: Connection, format: Format | 'table') {
	const address = process.machine.network.ip;
	const peer = `https://${address}:2380`;
	const client = `https://${address}:2379`;
	const row = [header.memberID.toString(16), 'started', name, peer, client, 'false'];
	if (format === 'simple') process.stdout(`${row.join(', ')}\n`);
	else if (format === 'table')
		process.stdout(table(['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'], [row]));
	else if (format === 'fields') {
		const member = `"ID" : ${header.memberID}\n"Name" : "${name}"\n"PeerURL" : "${peer}"\n"ClientURL" : "${client}"\n`;
		process.stdout(`${fieldsHeader(header)}${member}"IsLearner" : false\n\n`);
	} else {
		const {revision: _, ...own} = jsonHeader(header) as Record<string, unknown>;
		process.stdout(json({header: own, members: [{ID: header.memberID, name, peerURLs: [peer], clientURLs: [client]}]}));
	}
	return 0;
}

function health(process: Process, {endpoints}: Connection, format: Format | 'table') {
	const took = `${(2 + process.machine.random.next() * 8).toFixed(6)}ms`;
	for (const endpoint of format === 'simple' ? endpoints : [])
		process.stdout(`${endpoint} is healthy: successfully committed proposal: took = ${took}\n`);
	if (format === 'json') process.stdout(json(endpoints.map(endpoint => ({endpoint, health: true, took}))));
	if (format === 'table')
		process.stdout(
			table(
				['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'],
				endpoints.map(endpoint => [endpoint, 'true', took, '']),
			),
		);
	if (format === 'fields')
		for (const endpoint of endpoints)
			process.stdout(`"Endpoint" : "${endpoint}"\n"Health" : true\n"Took" : "${took}"\n"Error" : \n\n`);
	return 0;
}

function status(process: Process, {store, header, endpoints}: Connection, format: Format | 'table') {
	let size = 0;
	for (const entry of keysWhere(store, () => true)) size += entry.key.length + entry.value().length;
	const {memberID, revision, raftTerm} = header;
	const rows = endpoints.map(endpoint => [
		endpoint,
		memberID.toString(16),
		version,
		'3.6.0',
		humanBytes(size),
		humanBytes(size),
		'0%',
		'2.1 GB',
		'true',
		'false',
		String(raftTerm),
		String(revision),
		String(revision),
		'',
		'',
		'false',
	]);
	if (format === 'simple') for (const row of rows) process.stdout(`${row.join(', ')}\n`);
	else if (format === 'table') {
		const heading =
			'ENDPOINT ID VERSION STORAGE_VERSION DB_SIZE IN_USE PERCENTAGE_NOT_IN_USE QUOTA IS_LEADER IS_LEARNER RAFT_TERM RAFT_INDEX RAFT_APPLIED_INDEX ERRORS DOWNGRADE_TARGET_VERSION DOWNGRADE_ENABLED';
		process.stdout(
			table(
				heading.split(' ').map(word => word.replaceAll('_', ' ')),
				rows,
			),
		);
	} else if (format === 'json') {
		const answer = {header: jsonHeader(header), version, dbSize: size, leader: memberID, raftIndex: revision, raftTerm};
		process.stdout(json(endpoints.map(endpoint => ({Endpoint: endpoint, Status: answer}))));
	} else {
		for (const endpoint of endpoints)
			process.stdout(
				`${fieldsHeader(header)}"Version" : "${version}"\n"DBSize" : ${size}\n"Leader" : ${memberID}\n` +
					`"IsLearner" : false\n"RaftIndex" : ${revision}\n"RaftTerm" : ${raftTerm}\n"RaftAppliedIndex" : ${revision}\n` +
					`"Errors" : []\n"Endpoint" : "${endpoint}"\n\n`,
			);
	}
	return 0;
}

/** A size as dustin/go-humanize writes it: `25 kB`. */
function humanBytes(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB'];
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.floor(value)} ${units[unit]}`;
}
