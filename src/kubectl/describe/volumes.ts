import type {V1Volume} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import type {DescriptionWriter} from './writer.ts';

type Volume = Wire<V1Volume>;

/** The lines of a volume's source: its type, then its fields. */
function sourceLines(volume: Volume): string[] {
	const {hostPath, emptyDir, secret, configMap, persistentVolumeClaim, downwardAPI, projected, nfs} = volume;
	if (hostPath) {
		return [
			'Type:\tHostPath (bare host directory volume)',
			`Path:\t${hostPath.path}`,
			`HostPathType:\t${hostPath.type ?? '<none>'}`,
		];
	}
	if (emptyDir) {
		return [
			"Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
			`Medium:\t${emptyDir.medium ?? ''}`,
			`SizeLimit:\t${emptyDir.sizeLimit ?? '<unset>'}`,
		];
	}
	if (secret) {
		return [
			'Type:\tSecret (a volume populated by a Secret)',
			`SecretName:\t${secret.secretName ?? ''}`,
			`Optional:\t${secret.optional ?? false}`,
		];
	}
	if (configMap) {
		return [
			'Type:\tConfigMap (a volume populated by a ConfigMap)',
			`Name:\t${configMap.name ?? ''}`,
			`Optional:\t${configMap.optional ?? false}`,
		];
	}
	if (persistentVolumeClaim) {
		return [
			'Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
			`ClaimName:\t${persistentVolumeClaim.claimName}`,
			`ReadOnly:\t${persistentVolumeClaim.readOnly ?? false}`,
		];
	}
	if (nfs) {
		return [
			'Type:\tNFS (an NFS mount that lasts the lifetime of a pod)',
			`Server:\t${nfs.server}`,
			`Path:\t${nfs.path}`,
			`ReadOnly:\t${nfs.readOnly ?? false}`,
		];
	}
	if (downwardAPI) {
		return [
			'Type:\tDownwardAPI (a volume populated by information about the pod)',
			'Items:',
			...(downwardAPI.items ?? []).map(({fieldRef, path}) => `  ${fieldRef?.fieldPath ?? ''} -> ${path}`),
		];
	}
	if (projected) {
		return [
			'Type:\tProjected (a volume that contains injected data from multiple sources)',
			...(projected.sources ?? []).flatMap(source => [
				...(source.secret
					? [`SecretName:\t${source.secret.name ?? ''}`, `Optional:\t${source.secret.optional ?? false}`]
					: []),
				...(source.downwardAPI ? ['DownwardAPI:\ttrue'] : []),
				...(source.configMap
					? [`ConfigMapName:\t${source.configMap.name ?? ''}`, `Optional:\t${source.configMap.optional ?? false}`]
					: []),
				...(source.serviceAccountToken
					? [`TokenExpirationSeconds:\t${source.serviceAccountToken.expirationSeconds ?? 3600}`]
					: []),
			]),
		];
	}
	return [];
}

/** The volumes of a Pod or, with an indent, of a template (describeVolumes). */
export function describeVolumes(out: DescriptionWriter, volumes: Volume[] | undefined, indent = ''): void {
	if (!volumes?.length) {
		out.line(0, `${indent}Volumes:\t<none>`);
		return;
	}
	out.line(0, `${indent}Volumes:`);
	for (const volume of volumes) {
		out.line(1, `${indent ? ' ' : ''}${volume.name}:`);
		const lines = sourceLines(volume);
		if (lines.length === 0) out.line(1, '<unknown>');
		for (const line of lines) out.line(2, line);
	}
}
