import type {Cause} from '../errors.ts';
import type {KubeEvent, ObjectReference} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {invalidValue} from './field-error.ts';
import {validateMeta} from './object-meta.ts';
import {standardVerbs} from './shared.ts';

type Series = {count?: number; lastObservedTime?: string | null};

function validate(event: KubeEvent, old: KubeEvent | undefined): Cause[] {
	const causes = validateMeta(event, old);
	const {involvedObject, metadata} = event;
	const namespace = involvedObject?.namespace;
	const expected = namespace || 'default';
	if (metadata.namespace !== expected)
		causes.push(invalidValue('involvedObject.namespace', namespace ?? '', 'does not match event.namespace'));
	return causes;
}

const source = ({source, reportingComponent, reportingInstance}: KubeEvent) => {
	const component = source?.component || reportingComponent || '';
	const instance = source?.host || reportingInstance;
	return instance ? `${component}, ${instance}` : component;
};

const target = ({kind = '', name}: ObjectReference) => (name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase());

/** core/v1 Event (pkg/registry/core/event/strategy.go). */
export const events: ResourceDefinition<KubeEvent> = {
	group: '',
	version: 'v1',
	kind: 'Event',
	plural: 'events',
	singular: 'event',
	shortNames: ['ev'],
	namespaced: true,
	verbs: standardVerbs,
	selectableFields: {
		'involvedObject.kind': ({involvedObject}) => involvedObject?.kind ?? '',
		'involvedObject.namespace': ({involvedObject}) => involvedObject?.namespace ?? '',
		'involvedObject.name': ({involvedObject}) => involvedObject?.name ?? '',
		'involvedObject.uid': ({involvedObject}) => involvedObject?.uid ?? '',
		'involvedObject.apiVersion': ({involvedObject}) => involvedObject?.apiVersion ?? '',
		'involvedObject.resourceVersion': ({involvedObject}) => involvedObject?.resourceVersion ?? '',
		'involvedObject.fieldPath': ({involvedObject}) => involvedObject?.fieldPath ?? '',
		reason: ({reason}) => reason ?? '',
		reportingComponent: event => event.source?.component || event.reportingComponent || '',
		source: event => event.source?.component || event.reportingComponent || '',
		type: ({type}) => type ?? '',
	},
	validate,
	columns: columnsOf('events'),
	cells(event, now) {
		const {metadata, involvedObject, type, reason, message} = event;
		const series = (event as {series?: Series}).series;
		const first = event.firstTimestamp ?? event.eventTime ?? undefined;
		const last = event.lastTimestamp ?? undefined;
		const firstSeen = age(first, now);
		const lastSeen = series ? age(series.lastObservedTime, now) : last ? age(last, now) : firstSeen;
		const count = series ? (series.count ?? 0) : event.count || 1;
		return [
			lastSeen,
			type,
			reason,
			target(involvedObject ?? {}),
			involvedObject?.fieldPath ?? '',
			source(event),
			(message ?? '').trim(),
			firstSeen,
			count,
			metadata.name,
		];
	},
};
