import type {CoreV1Event} from '@kubernetes/client-node';
import {ageOf} from '../duration.ts';
import {KubectlError} from '../errors.ts';
import type {KubeList, KubeObject, Wire} from '../objects.ts';
import {objectPrinter, outputFlags} from '../printers/output.ts';
import {readTargets} from '../resource-arguments.ts';
import type {Command, Session} from '../session.ts';
import {TabWriter, tableTabs} from '../tabwriter.ts';

type Event = Wire<CoreV1Event>;

/** When an event happened last (kubectl/pkg/cmd/events eventTime); ms since 1970. */
function timeOf({series, lastTimestamp, eventTime}: Event): number {
	return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '') || 0;
}

/** The LAST SEEN column (kubectl/pkg/cmd/events getInterval). */
function lastSeen({series, count = 0, eventTime, firstTimestamp, lastTimestamp}: Event, now: number): string {
	if (series) return `${ageOf(series.lastObservedTime, now)} (x${series.count} over ${ageOf(eventTime, now)})`;
	if (count > 1) return `${ageOf(lastTimestamp, now)} (x${count} over ${ageOf(firstTimestamp, now)})`;
	return ageOf(firstTimestamp ?? eventTime, now);
}

/** The kinds of events that --types asks for. Throws on another one. */
function typesOf({flags}: Session): Set<string> {
	const types = flags.list('types').flatMap(text => text.split(','));
	const known = types.map(type => ['Normal', 'Warning'].find(one => one.toLowerCase() === type.toLowerCase()));
	if (known.includes(undefined)) throw new KubectlError('valid --types are Normal or Warning');
	return new Set(known.map(type => type ?? ''));
}

/** The field selector for the object that --for names. */
async function aboutOf(session: Session): Promise<string | undefined> {
	const wanted = session.flags.text('for');
	if (wanted === '') return undefined;
	if (!/^[^/]+\/[^/]+$/.test(wanted)) throw new KubectlError('--for must be in resource/name form');
	const {targets} = readTargets(await session.discovery(), [wanted], 'kubectl events') as {
		targets: {resource: {kind: string}; name: string}[];
	};
	const [{resource, name}] = targets as [{resource: {kind: string}; name: string}];
	return `involvedObject.kind=${resource.kind},involvedObject.name=${name}`;
}

/** `kubectl events`. */
export const command: Command = {
	summary: 'List events',
	usage: 'kubectl events [(-o|--output=)json|yaml|name|go-template|jsonpath] [--for TYPE/NAME] [--watch]',
	flags: {
		...outputFlags,
		'all-namespaces': {type: 'boolean', short: 'A'},
		watch: {type: 'boolean', short: 'w'},
		for: {type: 'text'},
		types: {type: 'list'},
		'no-headers': {type: 'boolean'},
	},
	async run(session) {
		const {flags, client} = session;
		const types = typesOf(session);
		const everywhere = flags.on('all-namespaces');
		const fieldSelector = await aboutOf(session);
		const path = everywhere ? '/api/v1/events' : `/api/v1/namespaces/${session.namespace}/events`;
		const tabs = new TabWriter(tableTabs);
		let headed = flags.on('no-headers');
		const table = (events: Event[]) => {
			const lines = events.map(event => {
				const {metadata, type = '', reason = '', involvedObject, message = ''} = event;
				const cells = [lastSeen(event, client.now()), type, reason];
				const about = `${involvedObject.kind}/${involvedObject.name}`;
				return [...(everywhere ? [metadata.namespace] : []), ...cells, about, message.trim()].join('\t');
			});
			if (!headed) lines.unshift(`${everywhere ? 'NAMESPACE\t' : ''}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE`);
			headed = true;
			session.write(tabs.format(`${lines.join('\n')}\n`));
		};
		const isWanted = ({type = ''}: Event) => types.size === 0 || types.has(type);
		const print = objectPrinter(session);
		if (flags.on('watch')) {
			for await (const {type, object} of client.watch({path, query: {fieldSelector}})) {
				const event = object as unknown as Event;
				if (type === 'BOOKMARK' || type === 'DELETED' || !isWanted(event)) continue;
				if (print) session.write(print(object));
				else table([event]);
			}
			return 0;
		}
		const list = await client.json<KubeList<Event>>({path, query: {fieldSelector, limit: 500}});
		const events = (list.items ?? []).filter(isWanted).sort((a, b) => timeOf(a) - timeOf(b));
		if (events.length === 0) {
			session.error(everywhere ? 'No events found.' : `No events found in ${session.namespace} namespace.`);
		} else if (print) {
			const items = events.map(event => ({...event, apiVersion: 'v1', kind: 'Event'}) as unknown as KubeObject);
			session.write(print({apiVersion: 'v1', kind: 'EventList', metadata: {...list.metadata}, items}));
		} else table(events);
		return 0;
	},
};
