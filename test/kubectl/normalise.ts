const letters = '[bcdfghjklmnpqrstvwxz2456789]';

/** A kubectl's output without what no two runs, and no two versions of kubectl, have in common. */
export const normalise = (text: string, namespace: string): string =>
	text
		.replaceAll(namespace, 'NAMESPACE')
		// Since 1.34 kubectl says where it deleted from and which container an Event is about.
		.replace(/ from NAMESPACE namespace/g, '')
		.replace(/spec\.containers\{\w+\}: /g, '')
		// Up to 1.33 it printed the time of creation of objects that it had only made up.
		.replace(/\n *"?creationTimestamp"?: null,?/g, '')
		// Since 1.33 it warns of a rollback of what was applied.
		.replace(/^Warning: resource \S+ was previously managed.*\n/gm, '')
		// Up to 1.32 it had other words for a wrong command line and an unset `optional`.
		.replace(/^Error: unknown/gm, 'error: unknown')
		.replace(
			/^E\d{4} .*"command failed" err="(.*)"$/gm,
			(_, message: string) => `error: ${message.replaceAll('\\"', '"')}`,
		)
		// Since some version after 1.32 the description of a DaemonSet names its namespace.
		.replace(/^(Name: +agent)\nNamespace: +NAMESPACE$/gm, '$1')
		.replace(/ConfigMapOptional: +<nil>/g, 'Optional: false')
		.replace(/\n+$/, '\n')
		// There only if the node was faster than the ConfigMap that comes behind the Deployment.
		.replace(/^.* FailedMount .*\n/gm, '')
		// There only until the next deletion of a Pod, which comes when it comes.
		.replace(/^Annotations: +(<none>|endpoints\.kubernetes\.io\/last-change-trigger-time: \S+)$/gm, 'Annotations: -')
		.replace(/^Waiting for (deployment|daemon set).*\n/gm, '')
		.replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID')
		.replace(/containerd:\/\/[0-9a-f]+/g, 'CONTAINER')
		.replace(/\S*sha256:[0-9a-f]+/g, 'IMAGE')
		.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME')
		.replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME')
		.replace(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/g, 'TIME')
		.replace(/("?resourceVersion"?: ?)"\d+"/g, '$1RV')
		.replace(/ resourceVersion:\d+/g, ' RV')
		.replace(/generation: \d+|observedGeneration: \d+/g, 'GENERATION')
		.replace(/\b10\.244\.\d+\.\d+\b/g, 'POD-IP')
		.replace(/\b10\.96\.\d+\.\d+\b/g, 'SERVICE-IP')
		.replace(new RegExp(`-[456789bcdf]{6,10}-${letters}{5}\\b`, 'g'), '-HASH-RANDOM')
		.replace(new RegExp(`\\b(web|agent|outside|kube-api-access)-${letters}{5}\\b`, 'g'), '$1-RANDOM')
		.replace(/\b(\d+d)?(\d+h)?(\d+m)?\d+s\b|\b(\d+h)?\d+m\b/g, 'AGE')
		// Stock kubectl reckons an event's age from the machine's clock, which may have been set back under the cluster.
		.replace(/^( +(?:Normal|Warning) +\w+ +)<invalid>/gm, '$1AGE')
		.replace(/ +(\(x\d+ over AGE\) *)?/g, ' ')
		.replace(/-{3,}/g, '---');
