import type {Text} from './text.ts';

/** The Simplified Chinese sentences about clusters that the user already has, and the gateway into them. */
export const zhCNContext: Text['context'] = {
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
