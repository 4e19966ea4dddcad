import type {Text} from './text.ts';

/** The Simplified Chinese sentences about offline folders, which `endpoint-lab prepare` makes. */
export const zhCNOffline: Text['offline'] = {
	noRuntime:
		'prepare 要用容器运行时（Docker、Podman 或 nerdctl）收集 kind 集群的镜像，而这里没有可用的运行时，所以没有收集任何内容。查看原因：endpoint-lab doctor',
	embeddedNeedsNothing: '内置集群不需要收集任何内容：只要安装了 endpoint-lab，所有课程都可以在没有网络的情况下运行。',
	unknownArchitecture: name => `“${name}”不是节点镜像的架构；可选：amd64、arm64。`,
	checkAlone: '选项 --check 只检查目录，不作任何改动；请去掉 --to 和 --arch。',
	gathering: (nodeImage, folder) => `正在把 ${nodeImage} 和课程的镜像收集到 ${folder}。`,
	file: (number, of, image, architecture) => `${number}/${of}  ${image}（${architecture}）`,
	pulledBytes: (done, total) => `${done} / ${total}`,
	pulledLayers: (done, total) => `${done} / ${total} 层`,
	packing: '正在写入',
	kept: files => `有 ${files} 个镜像已经在目录中。`,
	done: (folder, files, size) =>
		`${folder} 已收集完整：${files} 个文件，共 ${size}。把它复制到 U 盘（exFAT），然后在没有网络的机器上运行：`,
	use: folder => `  endpoint-lab up --cluster kind --from ${folder}`,
	checkHint: folder => `检查复制后的目录：endpoint-lab prepare --check ${folder}`,
	checking: folder => `正在检查 ${folder} 中的镜像。`,
	checked: (folder, files, size, nodeImage, architectures) =>
		`${folder} 完好无损：${files} 个文件，共 ${size}；包含 ${architectures} 的 ${nodeImage} 和课程镜像。`,
	noManifest: folder =>
		`${folder} 不是由 "endpoint-lab prepare" 创建的目录：其中没有 manifest.json。请在有网络的地方创建：endpoint-lab prepare --to ${folder}`,
	manifestDamaged: folder =>
		`${folder} 中的 manifest.json 已损坏。请重新复制该目录，或者重新创建：endpoint-lab prepare --to ${folder}`,
	newer: (folder, lab) =>
		`${folder} 由更新版本的 endpoint-lab（${lab}）创建，此版本不认识它的格式。请更新 endpoint-lab。`,
	unfinished: folder => `${folder} 不完整：创建过程被中断了。请在有网络的地方继续：endpoint-lab prepare --to ${folder}`,
	otherArchitecture: (folder, has, wanted) =>
		`${folder} 中是 ${has} 的镜像，而这里的容器运行时需要 ${wanted}。请在有网络的地方补充：endpoint-lab prepare --to ${folder} --arch ${wanted}`,
	kindTooOld: (folder, nodeImage, needs, has) =>
		`${folder} 中的 ${nodeImage} 需要 kind ${needs} 或更高版本，而这里是 kind ${has}。请在其中的 "tools" 目录里找较新的 kind，或者查看其中的 README.txt。`,
	kindInFolder: command => `PATH 中没有 kind，但目录中带有它。请先把它放到 PATH 中，再运行一次：${command}`,
	lacksImages: (folder, lab, images) =>
		`${folder} 由 endpoint-lab ${lab} 创建，缺少这里需要的镜像：${images}。请在有网络的地方补充：endpoint-lab prepare --to ${folder}`,
	notLoaded: (file, detail) => `无法把 ${file} 中的节点镜像加载到容器运行时${detail ? `：${detail}` : ''}。`,
	fileProblems: {
		missing: file => `缺少 ${file}。请重新复制整个目录。`,
		size: file => `${file} 的长度与创建时不同；复制的文件已损坏或不完整。请重新复制。`,
		checksum: file => `${file} 与创建时的内容不同（校验和不一致）。请重新复制。`,
		unreadable: file => `无法读取 ${file}；U 盘可能已损坏。请重新复制该目录。`,
	},
	noSpace: folder => `${folder} 所在的磁盘空间不足。已有的内容会保留：清理出空间后，再次运行同一条命令即可。`,
	notWritten: (folder, reason) =>
		`无法写入 ${folder}（${reason}）。请指定一个您有写权限、且所在磁盘没有写保护的目录：endpoint-lab prepare --to 目录`,
	notFolder: file => `${file} 不是目录。请指定一个目录：endpoint-lab prepare --to 目录`,
	folderForEmbedded: folder =>
		`${folder} 是目录；内置集群需要由 "endpoint-lab status --save FILE" 写入的文件。使用 U 盘中的镜像：--cluster kind --from ${folder}`,
	fileForKind: file =>
		`${file} 不是目录；kind 需要由 "endpoint-lab prepare" 创建的目录。保存的状态用于内置集群：--cluster embedded --from ${file}`,
	readme: (lab, created, nodeImage, kind, kubernetes) => [
		`endpoint-lab ${lab}：在没有网络的情况下，在 kind 集群上运行课程所需的镜像（${created}）`,
		'',
		'每台机器都需要容器运行时（Docker、Podman 或 nerdctl）、endpoint-lab 和 kind。然后运行：',
		'    endpoint-lab up --cluster kind --from 目录        （就是本目录）',
		'    endpoint-lab prepare --check 目录                 检查复制后的目录',
		'',
		`用 ${nodeImage} 创建节点需要 kind ${kind} 或更高版本。如果 "tools" 目录中没有：`,
		`    https://kind.sigs.k8s.io/dl/v${kind}/kind-linux-amd64        （或 kind-linux-arm64、kind-darwin-arm64、kind-darwin-amd64、kind-windows-amd64）`,
		'kubectl 不是必需的，endpoint-lab 自带一个：',
		`    https://dl.k8s.io/release/v${kubernetes}/bin/linux/amd64/kubectl        （或 linux/arm64、darwin/arm64、darwin/amd64、windows/amd64/kubectl.exe）`,
		'请把程序放到 PATH 中；在 Linux 和 macOS 上还要让它可执行：chmod +x kind',
	],
};
