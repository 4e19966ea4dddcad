/** The English sentences about clusters that the user already has, and the gateway into them. */
export const enContext = {
	gateway: {
		notStarted: (pod: string, namespace: string, why: string) =>
			`the gateway's Pod ${pod} does not start${why && ` (${why})`}. See: kubectl describe pod ${pod} -n ${namespace}`,
		notReached: (pod: string, namespace: string, why: string) =>
			`the gateway's Pod ${pod} cannot be reached (${why}). Try: kubectl port-forward pod/${pod} 8080 -n ${namespace}`,
		broken: (pod: string, why: string) =>
			`the connection to the gateway's Pod ${pod} broke off (${why}). Send the request again.`,
		useAsProxy:
			"This is the lab's gateway into the cluster: use it as a proxy, as in  http_proxy=http://127.0.0.1:PORT curl my-service",
		onlyHttp: (target: string) => `The gateway cannot forward ${target}: only http:// addresses can be asked for`,
		tooManyClients: (limit: number) =>
			`The gateway has ${limit} clients already, and each is a Pod in the cluster. Use one of their names.`,
		failed: (why: string) => `the gateway cannot send the request: ${why}`,
	},
};
