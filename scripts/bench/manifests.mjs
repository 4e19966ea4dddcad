/** The objects that the benchmarks create: what document 000 does, at any size. */
export const nginxDeployment = (replicas, name = 'web') => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, namespace: 'default', labels: {app: name}},
	spec: {
		replicas,
		selector: {matchLabels: {app: name}},
		template: {
			metadata: {labels: {app: name}},
			spec: {containers: [{name: 'nginx', image: 'nginx:1.14.2', ports: [{containerPort: 80}]}]},
		},
	},
});

export const webService = (name = 'web') => ({
	apiVersion: 'v1',
	kind: 'Service',
	metadata: {name, namespace: 'default'},
	spec: {selector: {app: name}, ports: [{port: 80, targetPort: 80}]},
});
