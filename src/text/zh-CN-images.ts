import type {Text} from './text.ts';

/** The Simplified Chinese sentences about container images. */
export const zhCNImages: Text['images'] = {
	problem: (image, why, detail) => `无法取得镜像 ${image}：${why}${detail ? `（${detail}）` : ''}`,
	problems: {
		'not-found': '镜像仓库中没有这个镜像或标签。请检查拼写。',
		'no-space':
			'磁盘已满。用 "docker system df" 查看占用，并删除不需要的内容；在 Docker Desktop 上指的是它的虚拟磁盘。',
		'too-many-requests':
			'镜像仓库暂时不再接受来自这个地址的下载；同一教室共用一个地址。可以用 "docker login" 登录、等待几个小时，或者用 U 盘带来镜像：endpoint-lab prepare',
		untrusted:
			'容器运行时不信任镜像仓库出示的证书，常见原因是代理会检查流量。请把代理的证书添加到容器运行时，或者用 U 盘带来镜像：endpoint-lab prepare',
		refused: '镜像仓库拒绝了请求。请检查拼写；如果是私有镜像，请先登录：docker login',
		offline: '无法连接镜像仓库。请检查网络和容器运行时的代理设置，或者用 U 盘带来镜像：endpoint-lab prepare',
		platform: '它没有所需架构的版本。',
		'digest-missing': '归档缺少其索引所列的部分。请把 Docker 更新到 28 或更高版本（可以只保存一个平台），然后重试。',
		other: '容器运行时出错。',
	},
	noRoom: folder =>
		`${folder} 所在的磁盘空间不足，镜像需要在那里暂存片刻。请清理磁盘，或者把 TMPDIR 设为另一个磁盘上的目录。`,
	notInNodes: (images, cluster) =>
		`已向 kind 集群 ${cluster} 加载以下镜像，但节点上看不到它们：${images}。请重建集群：endpoint-lab down --cluster kind --delete`,
};
