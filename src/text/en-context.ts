import {shellWord} from './shell-word.ts';

/** The English sentences about clusters that the user already has, and the gateway into them. */
export const enContext = {
	title: (context: string, version: string) => `${context} ${version}`,
	noSuchContext: (name: string, names: string[], files: string[], near: string | undefined) =>
		`the kubeconfig (${files.join(', ')}) has no context named ${name}. ${near ? `Do you mean ${near}? ` : ''}${
			names.length > 0 ? `It has: ${names.join(', ')}` : 'It has none; see: kubectl config get-contexts'
		}`,
	noCluster: (name: string, file: string) =>
		`the context ${name} in ${file} names a cluster that is not there, or one without a server. See: kubectl config view`,
	noUser: (name: string, file: string) =>
		`the context ${name} in ${file} names a user that is not there. See: kubectl config view`,
	unreadable: (file: string, why: string) => `${file} cannot be read: ${why}`,
	unreachable: (name: string, server: string, why: string) =>
		`the cluster of the context ${name} at ${server} does not answer (${why}). Try: kubectl --context ${shellWord(name)} version`,
	noAnswer: 'no answer within ten seconds',
	unauthorized: (name: string, server: string) =>
		`the cluster of the context ${name} at ${server} does not accept the credentials: Unauthorized. They may have expired; sign in again, and try: kubectl --context ${shellWord(name)} get pods`,
	plugin: {
		absent: (name: string, command: string) =>
			`the context ${name} gets its credentials from the program ${command}, which is not installed. Install it, or put it on PATH, and try: kubectl --context ${shellWord(name)} get pods`,
		failed: (name: string, command: string, said: string) =>
			`the program ${command}, from which the context ${name} gets its credentials, failed: ${said}. Sign in first, and try: kubectl --context ${shellWord(name)} get pods`,
		silent: (name: string, command: string, said: string) =>
			`the program ${command}, from which the context ${name} gets its credentials, has not answered for a minute${said && ` (${said})`}. It may be waiting for you; sign in first, with: kubectl --context ${shellWord(name)} get pods`,
	},
	refused: (name: string, server: string, message: string) =>
		`the cluster of the context ${name} at ${server} refuses: ${message}`,
	replaced: (name: string, server: string) =>
		`behind the context ${name} (${server}) there is another cluster than last time, so nothing is written to it. If that is right, forget the old one with: endpoint-lab down --delete --cluster ${shellWord(`context:${name}`)}`,
	identityUnknown: (name: string, server: string, why: string) =>
		`it cannot be told whether the cluster behind the context ${name} (${server}) is still the same, so nothing is written to it: ${why}`,
	silent: (name: string, command: string, pid: number) =>
		`"${command}" (process ${pid}) has been opening the context ${name} for a minute. Wait for it, or end it.`,
	inUse: (name: string, command: string, pid: number) =>
		`the context ${name} is in use by "${command}" (process ${pid}). End that first.`,
	noNamespace: (name: string) =>
		`this user may not make namespaces, and the context ${name} names none to use. Ask for one, and name it: kubectl config set-context ${shellWord(name)} --namespace NAME`,
	namespaceRefused: (name: string, message: string) =>
		`no namespace can be made in the cluster of the context ${name}: ${message}`,
	notConfirmed: (name: string) => `nothing has been done in the cluster of the context ${name}.`,
	made: (namespace: string, name: string) =>
		`Made the namespace ${namespace} in the cluster of the context ${name}; lessons run in it and nowhere else.`,
	podsRefused: (namespace: string, message: string) =>
		`Pods as lessons make them are refused in the namespace ${namespace}, so that hardly a lesson will work in it: ${message}. Ask for a namespace without that rule, or use --cluster embedded.`,
	goesOn: (namespace: string, name: string) => `Lessons run in the namespace ${namespace} of the context ${name}.`,
	question: {
		head: 'Lessons would run in this cluster:',
		context: 'context',
		server: 'server',
		user: 'user',
		namespace: 'namespace',
		own: 'a new one, which the lab removes again',
		assigned: (namespace: string, objects: number) =>
			objects > 0
				? `${namespace}, which you have been given; ${objects} objects are in it, and the commands of lessons may change those that are named or labelled like theirs`
				: `${namespace}, which you have been given`,
		type: (context: string) => `If this is the one you mean, type the context's name (${context}): `,
		nobodyToAsk: (context: string) =>
			`nobody can be asked whether ${context} is the cluster that you mean. If it is, say --yes`,
	},
	lacksRights: (lesson: string, user: string, rights: string) =>
		`the lesson ${lesson} cannot run in ${user}: this user may not ${rights}. Ask for that right, or try: endpoint-lab ${lesson} --cluster embedded`,
	lessons: {
		all: 'All lessons can run here.',
		some: (count: number, total: number) => `${count} of ${total} lessons can run here. The others:`,
		lacks: (lesson: string, missing: string) => `${lesson} lacks: ${missing}`,
	},
	help: {yes: 'with --cluster context:NAME: it is the cluster that is meant; do not ask'},
	up: (cluster: string) => ({
		running: 'The gateway into your cluster runs. In another terminal, use it with these lines:',
		already: (command: string, pid: number) =>
			`The gateway into your cluster runs already (${command}, process ${pid}).`,
		stay: 'Ctrl-C ends the gateway; the namespace stays.',
		stopped: `The namespace stays as it is. Remove it with: endpoint-lab down --cluster ${shellWord(cluster)}`,
		detached: (pid: number) =>
			`It runs in the background (process ${pid}); "endpoint-lab down" ends it, and "endpoint-lab down --cluster ${shellWord(cluster)}" removes the namespace too.`,
	}),
	status: {
		stopped: (name: string, namespace: string) =>
			`The context ${name} has the namespace ${namespace} of the lab, and no process uses it. Remove it with: endpoint-lab down --cluster ${shellWord(`context:${name}`)}`,
		starting: (name: string, pid: number) => `The context ${name} is being opened (process ${pid}).`,
		silent: (name: string, server: string, pid: number) =>
			`Process ${pid} uses the context ${name}, but its cluster at ${server} does not answer. Try: kubectl --context ${shellWord(name)} version`,
	},
	down: {
		ended: (name: string, pid: number) => `Ended the gateway into the cluster of the context ${name} (process ${pid}).`,
		stays: (name: string) =>
			`The lab's namespace there stays. Remove it with: endpoint-lab down --cluster ${shellWord(`context:${name}`)}`,
		nothing: (name: string) => `The lab has nothing in the cluster of the context ${name}.`,
		deleted: (namespaces: string[], name: string) =>
			`Deleted from the cluster of the context ${name}: ${namespaces.map(one => `namespace ${one}`).join(', ')}`,
		alreadyGone: (name: string) => `The lab's namespace in the cluster of the context ${name} was gone already.`,
		cleaned: (namespace: string, name: string) =>
			`Removed the lab's own Pods from the namespace ${namespace} of the context ${name}; what else is in it stays.`,
		forgotten: (name: string, namespace: string) =>
			`The lab has forgotten the cluster of the context ${name}; nothing was removed from it. There may be a namespace ${namespace} in it.`,
	},
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
