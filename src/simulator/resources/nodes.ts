import type {Node} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {invalidValue, notSupported, required} from './field-error.ts';
import {labelValueErrors, qualifiedNameErrors} from './names.ts';
import {validateMeta} from './object-meta.ts';
import {standardVerbs} from './shared.ts';

const rolePrefix = 'node-role.kubernetes.io/';
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function statusText({status, spec}: Node): string {
	const ready = status?.conditions?.find(({type}) => type === 'Ready');
	const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
	if (spec?.unschedulable) words.push('SchedulingDisabled');
	return words.join(',');
}

function roles({metadata}: Node): string {
	const found = new Set<string>();
	for (const [key, value] of Object.entries(metadata.labels ?? {})) {
		if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) found.add(key.slice(rolePrefix.length));
		else if (key === 'kubernetes.io/role' && value) found.add(value);
	}
	return [...found].sort().join(',') || '<none>';
}

const address = ({status}: Node, type: string) =>
	status?.addresses?.find(address => address.type === type)?.address || '<none>';

function validateTaints({spec}: Node) {
	return (spec?.taints ?? []).flatMap(({key, value, effect}, i) => {
		const at = `spec.taints[${i}]`;
		return [
			...qualifiedNameErrors(key ?? '').map(text => invalidValue(`${at}.key`, key ?? '', text)),
			...labelValueErrors(value ?? '').map(text => invalidValue(`${at}.value`, value, text)),
			...(effect ? [] : [required(`${at}.effect`)]),
			...(effect && !effects.includes(effect) ? [notSupported(`${at}.effect`, effect, effects)] : []),
		];
	});
}

/** core/v1 Node (pkg/registry/core/node/strategy.go). */
export const nodes: ResourceDefinition<Node> = {
	group: '',
	version: 'v1',
	kind: 'Node',
	plural: 'nodes',
	singular: 'node',
	shortNames: ['no'],
	namespaced: false,
	verbs: standardVerbs,
	hasStatus: true,
	selectableFields: {'spec.unschedulable': ({spec}) => String(spec?.unschedulable ?? false)},
	applyDefaults(draft) {
		draft.spec ??= {};
		if (draft.spec.podCIDR && !draft.spec.podCIDRs) draft.spec.podCIDRs = [draft.spec.podCIDR];
		if (!draft.spec.podCIDR && draft.spec.podCIDRs?.[0]) draft.spec.podCIDR = draft.spec.podCIDRs[0];
	},
	prepareForCreate(draft) {
		draft.status ??= {};
	},
	validate: (node, old) => [...validateMeta(node, old), ...validateTaints(node)],
	columns: columnsOf('nodes'),
	cells(node, now) {
		const {metadata, status} = node;
		const info = status?.nodeInfo ?? {};
		const unknown = '<unknown>';
		return [
			metadata.name,
			statusText(node),
			roles(node),
			age(metadata.creationTimestamp, now),
			info.kubeletVersion ?? '',
			address(node, 'InternalIP'),
			address(node, 'ExternalIP'),
			info.osImage || unknown,
			info.kernelVersion ? `${info.kernelVersion}${info.architecture ? ` (${info.architecture})` : ''}` : unknown,
			info.containerRuntimeVersion || unknown,
		];
	},
};
