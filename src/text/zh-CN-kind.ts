import type {enKind} from './en-kind.ts';

/** What is said of kind clusters, in simplified Chinese. */
export const zhCNKind: typeof enKind = {
	noRuntime: {
		absent: () =>
			'kind 集群需要容器运行时，但本机一个都没有安装。请安装 Docker、Podman 或 nerdctl，或者使用无需安装任何东西的 --cluster embedded。',
		stopped: (program, said) =>
			`${program} 已安装，但其守护进程没有运行（${said}）。请启动它（Docker Desktop、“sudo systemctl start docker”或“podman machine start”），或者使用 --cluster embedded。`,
		'no-permission': (program, said) =>
			`当前用户无权使用 ${program}（${said}）。在 Linux 上请执行 sudo usermod -aG docker $USER，然后重新登录；或者使用 --cluster embedded。`,
		'wrong-context': (_program, said) =>
			`Docker 的上下文不可用（${said}）。请用“docker context ls”查看，用“docker context use 名称”选择一个，或者使用 --cluster embedded。`,
		silent: program =>
			`${program} 没有响应：守护进程卡住了，或者正在启动。请稍后再试或重启它，也可以使用 --cluster embedded。`,
		failed: (program, said) =>
			`${program} 无法使用：${said}。请查看“endpoint-lab doctor”，或者使用 --cluster embedded。`,
	},
	noKind: {
		absent: () =>
			'PATH 中没有 kind。请安装它（https://kind.sigs.k8s.io），或者使用无需安装任何东西的 --cluster embedded。',
		'too-old': version =>
			`kind ${version} 太旧，实验室需要 0.32 或更高版本。请更新它（https://kind.sigs.k8s.io），或者使用 --cluster embedded。`,
		failed: said => `kind 无法运行：${said}。请重新安装它，或者使用 --cluster embedded。`,
	},
	steps: {
		pull: '拉取节点镜像',
		image: '检查节点镜像',
		nodes: '准备节点',
		configuration: '写入配置',
		'control-plane': '启动控制平面',
		network: '安装 Pod 网络',
		storage: '安装 StorageClass',
		workers: '加入工作节点',
		ready: '等待节点就绪',
		'lesson-images': '加载课程的镜像',
		gateway: '打开网关',
	},
	auto: {
		kind: found => `auto：kind，一个真实的独立集群（${found}）。要使用模拟集群：--cluster embedded`,
		embedded: seen => `auto：embedded（SIMULATED，模拟），因为这里无法运行 kind。${seen}详见：endpoint-lab doctor`,
	},
	title: found => `kind，真实集群（${found}）`,
	autoTitle: found => `auto：kind，真实集群（${found}）`,
	ask: found =>
		`这台机器可以用真实的 Kubernetes 运行课程（${found}）；创建它大约需要一分钟。\n要在它上面运行课程吗？选“否”则使用内置的模拟集群；随时可以用 --cluster 改变。[Y/n] `,
	instead: '要改用内置的模拟集群继续吗？[Y/n] ',
	needsKind: flags => `${flags} 只用于 kind 集群；请加上：--cluster kind`,
	needsEmbedded: flags => `${flags} 只用于内置集群；请加上：--cluster embedded`,
	up: {
		running: 'kind 集群正在运行。在另一个终端里用下面几行连接它：',
		calledOff: 'kind 集群的启动被另一条命令（例如“endpoint-lab down”）取消了。',
		already: (command, pid) => `kind 集群已经在运行（${command}，进程 ${pid}）。`,
		stay: '按 Ctrl-C 结束网关；集群会继续运行。',
		stopped: 'kind 集群会继续运行。停止它：endpoint-lab down --cluster kind；再加上 --delete 则删除它。',
		detached: pid => `它的网关在后台运行（进程 ${pid}）；用 "endpoint-lab down --cluster kind" 一并停止。`,
	},
	down: {
		ended: pid => `已结束网关（进程 ${pid}）。`,
		stopped: name => `已停止 kind 集群 ${name}；它的状态已保留。`,
		removed: name => `已删除 kind 集群 ${name}。`,
		nothing: '没有正在运行的 kind 集群。',
	},
	status: {
		starting: pid => `kind 集群正在启动（进程 ${pid}）。`,
		stopped: name => `kind 集群 ${name} 已停止。启动它：endpoint-lab up --cluster kind`,
		unheld: runtime => `${runtime}；实验室的进程都没有打开它`,
	},
	progress: (number, of, step) => `[${number}/${of}] ${step}`,
	waitingFor: what => `等待 ${what}`,
	lacks: {
		between: '、',
		server: 'API 服务器',
		nodes: count => `${count} 个节点`,
		dns: 'CoreDNS',
		account: 'ServiceAccount“default”',
	},
	gatheringLogs: name => `正在收集 ${name} 各节点的日志。`,
	logsKept: (message, folder) => `${message}（节点的日志：${folder}）`,
	left: seconds => (seconds < 90 ? `约剩 ${seconds} 秒` : `约剩 ${Math.round(seconds / 60)} 分钟`),
	waiting: (command, pid) => `正在等待“${command}”（进程 ${pid}），它正在处理 kind 集群。`,
	silent: (pid, why) =>
		`进程 ${pid} 持有 kind 集群，但集群没有响应（${why}）。用以下命令停止它：endpoint-lab down --cluster kind`,
	runtimeFailed: why => `容器运行时没有完成所要求的操作：${why}。请查看：endpoint-lab doctor`,
	starting: name => `kind 集群 ${name} 已停止，正在重新启动。`,
	gone: name => `kind 集群 ${name} 已不存在，有人删除了它。正在创建新的集群。`,
	elsewhere: (name, runtime) =>
		`kind 集群 ${name} 不在这里：它是用另一个 ${runtime} 创建的，而不是现在响应的这个。正在创建新的集群。在它所在的地方可以这样删除它：kind delete cluster --name ${name}`,
	contextGone: (name, context, said, file) =>
		`kind 集群 ${name} 是在 Docker 的上下文“${context}”中创建的，而这个上下文现在不可用（${said}）。请恢复该上下文（docker context ls），或者删除 ${file}，让实验室忘掉这个集群`,
	forgotten: name =>
		`可能还留有一个实验室已不再记得的 kind 集群（${name}）。请用 kind get clusters 查看，并用 kind delete cluster --name 名称 删除`,
	otherImage: (found, wanted) => `节点使用本机已有的镜像 ${found}；${wanted} 则需要拉取。`,
	notHere: (name, runtime, file) =>
		`kind 集群 ${name} 是用另一个 ${runtime} 创建的，而不是现在响应的这个。请启动原来的那个，或者删除 ${file}，让实验室忘掉这个集群`,
	removing: name => `正在删除 kind 集群 ${name} 的所有残留。`,
	madeOtherwise: name =>
		`kind 集群 ${name} 已经存在，是用其他选项创建的；执行以下命令之后，新选项才会生效：endpoint-lab down --cluster kind --delete`,
	nodesAbsent: names => `缺少节点：${names}`,
	notReady: missing => `集群一直没有就绪，还缺少：${missing}`,
	confirmRebuild: (name, why) => `kind 集群 ${name} 已损坏（${why}）。要删除它和其中的一切，并创建新的集群吗？[y/N] `,
	broken: (name, why) =>
		`kind 集群 ${name} 已损坏（${why}）。用以下命令删除它和其中的一切：endpoint-lab down --cluster kind --delete`,
	notRemoved: (name, why, command) =>
		`无法删除 kind 集群 ${name}（${why}）。请再试一次：endpoint-lab down --cluster kind --delete；或者手动执行：${command}`,
	failed: (step, why, log) => `无法创建 kind 集群${step && `（${step}时出错）`}：${why}（kind 的输出：${log}）`,
	failures: {
		absent: 'PATH 中没有容器运行时的程序。请安装 Docker、Podman 或 nerdctl，或者使用 --cluster embedded。',
		stopped: '容器运行时的守护进程没有运行。请启动它；如果它在运行，请查看“docker context ls”。',
		'no-permission': '当前用户无权使用 Docker。在 Linux 上请执行 sudo usermod -aG docker $USER，然后重新登录。',
		'wrong-context': 'Docker 的上下文不可用。请查看：docker context ls。',
		exists: '同名的集群已经存在。请查看：kind get clusters。',
		'no-space': '容器运行时的磁盘已满。请用“docker system df”查看并腾出空间；Docker Desktop 以其虚拟磁盘为准。',
		inotify:
			'系统允许的 inotify 监视数量太少，不够这么多节点使用。在 Linux 上请执行 sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512，或者使用 --small。',
		'cgroup-v2':
			'无根（rootless）容器需要 cgroup v2。请使用有根的运行时（podman machine set --rootful），或者使用 cgroup v2 的主机。',
		delegate:
			'无根（rootless）容器需要把 cgroup 委派给当前用户。请这样启动实验室：systemd-run --scope --user -p Delegate=yes endpoint-lab。',
		'wsl-cgroups': 'WSL 混用了两个版本的 cgroup。请切换到 cgroup v2：https://github.com/spurin/wsl-cgroupsv2 。',
		port: '所需的端口已被占用。请从 --kind-config 中去掉 hostPort 和 apiServerPort，或者结束占用端口的程序。',
		'podman-6': 'Podman 6 需要 kind 0.33 或更高版本。请更新 kind。',
		'kind-too-old': '这个 kind 对节点镜像来说太旧。请更新 kind，或者不使用 --kind-image。',
		init: 'Docker 在容器中放入了自己的 init。请从 daemon.json 中删除 "init": true，并重启 Docker。',
		digest: '运行时的镜像存储中缺少镜像的一部分。请更新 kind 和运行时，并重新拉取镜像。',
		locked: '集群的 kubeconfig 被另一个进程锁住了。请再试一次。',
		config: 'kind 不接受这份配置。请检查 --kind-config 指定的文件。',
		network:
			'Docker 找不到空闲的地址段，常见的原因是 VPN 占用了它们。请在 Docker 的 daemon.json 中设置 "default-address-pools"，或者断开 VPN。',
		busy: 'Docker 没能及时删除容器。请再试一次。',
		memory: '内存不足。请给容器运行时至少 4 GB 内存，或者使用 --small。',
		boot: '有节点没能及时启动。最常见的原因是 inotify 限制太低（sudo sysctl fs.inotify.max_user_instances=512）或磁盘太慢；使用无根 Podman 时请设置 log_driver="k8s-file"。也可以使用 --small。',
		'control-plane': '控制平面没有启动。请给容器运行时至少 2 个 CPU 和 4 GB 内存，或者使用 --small。',
		join: '有工作节点无法加入。请给容器运行时更多内存，或者使用 --small。',
		'image-offline':
			'无法连接镜像仓库，因此无法拉取节点镜像。请检查网络和代理，或者用 --kind-image 指定本机已有的镜像。',
		'image-limit':
			'Docker Hub 暂时不再向这个网络提供镜像。请执行“docker login”，或稍后再试，或用 --kind-image 指定镜像站的镜像。',
		'image-untrusted':
			'镜像仓库的证书不受信任，常见的原因是中间有代理。请把代理的证书交给容器运行时，或用 --kind-image 指定镜像站的镜像。',
		'image-not-found': '没有这个节点镜像。请检查 --kind-image。',
		stuck: step => `“${step}”耗时过长，已被终止。请检查内存和磁盘，或者使用 --small。`,
		unknown: said => `${said || 'kind 没有说明原因就结束了'}。`,
	},
	config: {
		unreadable: (file, why) => `无法读取 ${file}：${why}`,
		notMap: '这不是 kind 的配置；kind 的配置由“nodes:”这样的字段组成。',
		unknownField: path => `kind 没有字段“${path}”。`,
		wrongKind: found => `这是“${found}”；kind 的配置应为“kind.x-k8s.io/v1alpha4 Cluster”。`,
		wrongRole: role => `“${role}”不是节点的角色；角色只有“control-plane”和“worker”。`,
		oneControlPlane: '实验室要求恰好有一个角色为“control-plane”的节点。',
		overruled: fields => `无论 --kind-config 怎么写，课程所依赖的设置保持不变：${fields}`,
	},
};
