import type {V1ServiceAccount} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels} from './common.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {DescriptionWriter} from './writer.ts';

function describeSecrets(out: DescriptionWriter, title: string, names: string[]): void {
	if (names.length === 0) out.line(0, `${title}\t<none>`);
	names.forEach((name, index) => {
		out.line(0, `${index === 0 ? title : ' '.repeat(title.length)}\t${name}`);
	});
}

/** A ServiceAccount as text (describe.describeServiceAccount). Token Secrets, which Kubernetes no longer makes, are not looked for. */
export const describe: Describer = async (object, {events, now}) => {
	const {metadata, imagePullSecrets, secrets} = object as unknown as Wire<V1ServiceAccount>;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	describeSecrets(
		out,
		'Image pull secrets:',
		(imagePullSecrets ?? []).map(({name = ''}) => name),
	);
	describeSecrets(
		out,
		'Mountable secrets: ',
		(secrets ?? []).map(({name = ''}) => name),
	);
	describeSecrets(out, 'Tokens:            ', []);
	if (events) describeEvents(out, events, now);
	return out.toString();
};
