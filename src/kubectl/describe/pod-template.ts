import type {V1PodTemplateSpec, V1Toleration} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels} from './common.ts';
import {describeContainers} from './containers.ts';
import {describeVolumes} from './volumes.ts';
import type {DescriptionWriter} from './writer.ts';

/** Tolerations, one a line, in the order of their keys (printPodTolerationsMultiline). */
export function describeTolerations(
	out: DescriptionWriter,
	tolerations: Wire<V1Toleration>[] | undefined,
	indent = '',
): void {
	if (!tolerations?.length) out.line(0, `${indent}Tolerations:\t<none>`);
	[...(tolerations ?? [])]
		.sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : (a.key ?? '') > (b.key ?? '') ? 1 : 0))
		.forEach(({key = '', value = '', effect = '', operator = '', tolerationSeconds}, index) => {
			const lead = index === 0 ? `${indent}Tolerations:\t` : '\t';
			const operation =
				operator === 'Exists' && value === '' ? (key !== '' || effect !== '' ? ' op=Exists' : 'op=Exists') : '';
			const seconds = tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`;
			out.line(0, `${lead}${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}${operation}${seconds}`);
		});
}

/** The Pod template of a controller (describe.DescribePodTemplate). */
export function describePodTemplate(out: DescriptionWriter, {metadata, spec}: Wire<V1PodTemplateSpec>): void {
	out.line(0, 'Pod Template:');
	describeLabels(out, 'Labels', metadata?.labels, '  ');
	if (Object.keys(metadata?.annotations ?? {}).length > 0) describeAnnotations(out, metadata?.annotations, '  ');
	if (spec?.serviceAccountName) out.line(1, `Service Account:\t${spec.serviceAccountName}`);
	if (spec?.initContainers?.length) describeContainers(out, 'Init Containers', spec.initContainers, {indent: '  '});
	describeContainers(out, 'Containers', spec?.containers ?? [], {indent: '  '});
	describeVolumes(out, spec?.volumes, '  ');
	if (spec?.priorityClassName) out.line(1, `Priority Class Name:\t${spec.priorityClassName}`);
	describeLabels(out, 'Node-Selectors', spec?.nodeSelector, '  ');
	describeTolerations(out, spec?.tolerations, '  ');
}
