import {shellWord} from './shell-word.ts';
import type {Text} from './text.ts';

/** The Simplified Chinese sentences about clusters that the user already has, and the gateway into them. */
export const zhCNContext: Text['context'] = {
	title: (context, version) => `${context} ${version}`,
	noSuchContext: (name, names, files, near) =>
		`kubeconfig（${files.join('、')}）中没有名为 ${name} 的上下文。${near ? `是不是想用 ${near}？` : ''}${
			names.length > 0
				? `现有的上下文：${names.join('、')}`
				: '其中没有任何上下文；可以查看：kubectl config get-contexts'
		}`,
	noCluster: (name, file) =>
		`${file} 中的上下文 ${name} 指向的集群不存在，或者没有写明服务器。可以查看：kubectl config view`,
	noUser: (name, file) => `${file} 中的上下文 ${name} 指向的用户不存在。可以查看：kubectl config view`,
	unreadable: (file, why) => `无法读取 ${file}：${why}`,
	unreachable: (name, server, why) =>
		`上下文 ${name} 的集群（${server}）没有应答（${why}）。可以试试：kubectl --context ${shellWord(name)} version`,
	noAnswer: '十秒内没有应答',
	unauthorized: (name, server) =>
		`上下文 ${name} 的集群（${server}）不接受这份凭据：Unauthorized。凭据可能已经过期；请重新登录，再试试：kubectl --context ${shellWord(name)} get pods`,
	plugin: {
		absent: (name, command) =>
			`上下文 ${name} 的凭据来自程序 ${command}，而这个程序没有安装。请安装它，或者把它放到 PATH 中，再试试：kubectl --context ${shellWord(name)} get pods`,
		failed: (name, command, said) =>
			`上下文 ${name} 的凭据来自程序 ${command}，它运行失败：${said}。请先登录，再试试：kubectl --context ${shellWord(name)} get pods`,
		silent: (name, command, said) =>
			`上下文 ${name} 的凭据来自程序 ${command}，它一分钟内没有应答${said && `（${said}）`}。它可能在等你操作；请先登录：kubectl --context ${shellWord(name)} get pods`,
	},
	refused: (name, server, message) => `上下文 ${name} 的集群（${server}）拒绝了请求：${message}`,
	replaced: (name, server) =>
		`上下文 ${name}（${server}）背后已经不是上次的那个集群，因此不会向它写入任何内容。如果这正是你想要的，请先忘掉旧的集群：endpoint-lab down --delete --cluster ${shellWord(`context:${name}`)}`,
	identityUnknown: (name, server, why) =>
		`无法确认上下文 ${name}（${server}）背后是否仍是同一个集群，因此不会向它写入任何内容：${why}`,
	silent: (name, command, pid) =>
		`“${command}”（进程 ${pid}）打开上下文 ${name} 已经超过一分钟。请等它完成，或者结束它。`,
	inUse: (name, command, pid) => `上下文 ${name} 正被“${command}”（进程 ${pid}）使用。请先结束它。`,
	noNamespace: name =>
		`当前用户没有创建命名空间的权限，而上下文 ${name} 也没有指定可用的命名空间。请向管理员申请一个，然后指定它：kubectl config set-context ${shellWord(name)} --namespace NAME`,
	namespaceRefused: (name, message) => `无法在上下文 ${name} 的集群中创建命名空间：${message}`,
	notConfirmed: name => `没有对上下文 ${name} 的集群做任何操作。`,
	made: (namespace, name) => `已在上下文 ${name} 的集群中创建命名空间 ${namespace}；课程只在其中运行。`,
	podsRefused: (namespace, message) =>
		`命名空间 ${namespace} 会拒绝课程所用的 Pod，几乎所有课程都无法在其中完成：${message}。请申请一个没有这项限制的命名空间，或者使用 --cluster embedded。`,
	goesOn: (namespace, name) => `课程在上下文 ${name} 的命名空间 ${namespace} 中运行。`,
	question: {
		head: '课程将在这个集群中运行：',
		context: '上下文',
		server: '服务器',
		user: '用户',
		namespace: '命名空间',
		own: '新建一个，之后由实验环境删除',
		assigned: (namespace, objects) =>
			objects > 0
				? `${namespace}，这是分配给你的命名空间；其中已有 ${objects} 个对象，名称或标签与课程相同的对象可能会被课程的命令改动`
				: `${namespace}，这是分配给你的命名空间`,
		type: context => `如果确实是这个集群，请输入上下文的名称（${context}）：`,
		nobodyToAsk: context => `无法询问你 ${context} 是否就是你想用的集群。如果是，请加上 --yes`,
	},
	lacksRights: (lesson, user, rights) =>
		`课程 ${lesson} 不能在 ${user} 中运行：当前用户没有这些权限：${rights}。请申请这些权限，或者试试：endpoint-lab ${lesson} --cluster embedded`,
	lessons: {
		all: '所有课程都可以在这里运行。',
		some: (count, total) => `${total} 门课程中有 ${count} 门可以在这里运行。其余的：`,
		lacks: (lesson, missing) => `${lesson} 缺少：${missing}`,
	},
	help: {yes: '与 --cluster context:NAME 一起使用：确认就是这个集群，不再询问'},
	up: cluster => ({
		running: '通往你的集群的网关正在运行。在另一个终端里用下面几行连接它：',
		already: (command, pid) => `通往你的集群的网关已经在运行（${command}，进程 ${pid}）。`,
		stay: '按 Ctrl-C 结束网关；命名空间会保留。',
		stopped: `命名空间保持原样。删除它：endpoint-lab down --cluster ${shellWord(cluster)}`,
		detached: pid =>
			`它在后台运行（进程 ${pid}）；"endpoint-lab down" 结束它，"endpoint-lab down --cluster ${shellWord(cluster)}" 还会删除命名空间。`,
	}),
	status: {
		stopped: (name, namespace) =>
			`上下文 ${name} 中有实验环境的命名空间 ${namespace}，目前没有进程使用它。删除它：endpoint-lab down --cluster ${shellWord(`context:${name}`)}`,
		starting: (name, pid) => `正在打开上下文 ${name}（进程 ${pid}）。`,
		silent: (name, server, pid) =>
			`进程 ${pid} 正在使用上下文 ${name}，但它的集群（${server}）没有应答。可以试试：kubectl --context ${shellWord(name)} version`,
	},
	down: {
		ended: (name, pid) => `已结束通往上下文 ${name} 的集群的网关（进程 ${pid}）。`,
		stays: name =>
			`实验环境在其中的命名空间会保留。删除它：endpoint-lab down --cluster ${shellWord(`context:${name}`)}`,
		nothing: name => `上下文 ${name} 的集群中没有实验环境的任何内容。`,
		deleted: (namespaces, name) =>
			`已从上下文 ${name} 的集群中删除：${namespaces.map(one => `命名空间 ${one}`).join('、')}`,
		alreadyGone: name => `实验环境在上下文 ${name} 的集群中的命名空间早已不在了。`,
		cleaned: (namespace, name) =>
			`已从上下文 ${name} 的命名空间 ${namespace} 中删除实验环境自己的 Pod；其中的其他内容保持不变。`,
		forgotten: (name, namespace) =>
			`实验环境已忘掉上下文 ${name} 的集群；没有从其中删除任何内容。其中可能还有命名空间 ${namespace}。`,
	},
	gateway: {
		notStarted: (pod, namespace, why) =>
			`网关的 Pod ${pod} 没有启动${why && `（${why}）`}。查看原因：kubectl describe pod ${pod} -n ${namespace}`,
		notReached: (pod, namespace, why) =>
			`无法连接到网关的 Pod ${pod}（${why}）。可以试试：kubectl port-forward pod/${pod} 8080 -n ${namespace}`,
		broken: (pod, why) => `到网关的 Pod ${pod} 的连接中断了（${why}）。请重新发送请求。`,
		useAsProxy:
			'这里是实验环境通往集群的网关，请把它当作代理使用，例如：http_proxy=http://127.0.0.1:PORT curl my-service',
		onlyHttp: target => `网关无法转发 ${target}：只能请求 http:// 地址`,
		tooManyClients: limit => `网关已经有 ${limit} 个客户端，每个客户端都是集群中的一个 Pod。请使用其中一个已有的名称。`,
		failed: why => `网关无法发送请求：${why}`,
	},
};
