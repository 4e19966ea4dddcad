import type {V1Namespace} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels} from './common.ts';
import type {Describer} from './describer.ts';
import {DescriptionWriter} from './writer.ts';

/** A Namespace as text (describe.describeNamespace); quotas and limits are not part of the lab. */
export const describe: Describer = async object => {
	const {metadata, status} = object as unknown as Wire<V1Namespace>;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	out.line(0, `Status:\t${status?.phase ?? ''}`);
	out.line(0, '\nNo resource quota.');
	out.line(0, '\nNo LimitRange resource.');
	return out.toString();
};
