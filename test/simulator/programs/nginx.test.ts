import {expect, test} from 'vitest';
import {bodyOf, createLab} from '../node/lab.ts';

async function serving(image = 'nginx:1.14.2', container: object = {}, spec: object = {}) {
	const lab = createLab();
	lab.pod('web', {image, ...container}, {spec});
	const ip = lab.after(6000, 'web').status.podIP!;
	return {lab, ip, get: (path: string) => lab.request(`http://${ip}${path}`)};
}

const header = (answer: object, name: string) =>
	'headers' in answer ? (answer.headers as Record<string, string>)[name] : undefined;

test('the page has the bytes of the release: 612 up to 1.21.3, 615 from then on', async () => {
	for (const [image, length] of [
		['nginx:1.14.2', 612],
		['nginx:1.21.3', 612],
		['nginx:1.21.4', 615],
		['nginx:1.25', 615],
		['nginx', 615],
	] as const) {
		const {get} = await serving(image);
		expect(Buffer.byteLength(bodyOf(await get('/'))), image).toBe(length);
	}
});

test('the Server header tells the version behind the tag', async () => {
	for (const [image, server] of [
		['nginx:1.14.2', 'nginx/1.14.2'],
		['nginx:1.16', 'nginx/1.16.1'],
		['nginx:1.25-alpine', 'nginx/1.25.5'],
	] as const) {
		const {get} = await serving(image);
		expect(header(await get('/'), 'server')).toBe(server);
	}
});

test('each request is a line of the access log', async () => {
	const {lab, get} = await serving();
	await get('/');
	await get('/nothing?x=1');
	expect((await lab.logs('web')).split('\n')).toEqual([
		'10.244.0.9 - - [22/Nov/2026:00:00:07 +0000] "GET / HTTP/1.1" 200 612 "-" "test" "-"',
		expect.stringMatching(
			/^2026\/11\/22 00:00:07 \[error\] \d+#\d+: \*2 open\(\) "\/usr\/share\/nginx\/html\/nothing" failed \(2: No such file or directory\), client: 10\.244\.0\.9, server: localhost, request: "GET \/nothing\?x=1 HTTP\/1\.1", host: /,
		),
		'10.244.0.9 - - [22/Nov/2026:00:00:07 +0000] "GET /nothing?x=1 HTTP/1.1" 404 169 "-" "test" "-"',
		'',
	]);
});

test('a page that is not there is 404, a folder without an index 403', async () => {
	const {lab, get} = await serving();
	expect(await get('/nothing')).toMatchObject({status: 404});
	await lab.exec('web', 'rm /usr/share/nginx/html/index.html');
	const forbidden = await get('/');
	expect(forbidden).toMatchObject({status: 403});
	expect(bodyOf(forbidden)).toBe(
		'<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body bgcolor="white">\r\n<center><h1>403 Forbidden</h1></center>\r\n' +
			'<hr><center>nginx/1.14.2</center>\r\n</body>\r\n</html>\r\n',
	);
});

test('a file that only root may read is 403', async () => {
	const {lab, get} = await serving();
	await lab.exec('web', 'chmod 600 /usr/share/nginx/html/index.html');
	expect(await get('/')).toMatchObject({status: 403});
});

test('a file that was seen before is 304, and its type follows its name', async () => {
	const {lab, ip, get} = await serving();
	await lab.exec(
		'web',
		'echo "{}" > /usr/share/nginx/html/data.json; mkdir /usr/share/nginx/html/sub; echo x > /usr/share/nginx/html/sub/index.html',
	);
	expect(header(await get('/data.json'), 'content-type')).toBe('application/json');
	const etag = header(await get('/'), 'etag')!;
	const again = await lab.network.request(
		{method: 'GET', url: `http://${ip}/`, headers: {'if-none-match': etag}},
		{ip: '10.244.0.9'},
	);
	expect(again).toMatchObject({status: 304});
	expect(await get('/sub')).toMatchObject({status: 301, headers: {location: `http://${ip}/sub/`}});
	expect(bodyOf(await get('/sub/'))).toBe('x\n');
	expect(await get('/../etc/passwd')).not.toMatchObject({status: 200});
});

test("a configuration of one's own: another port, another answer", async () => {
	const {lab, ip, get} = await serving('nginx:1.14.2', {
		command: [
			'sh',
			'-c',
			'echo \'server { listen 8080; location = /hello { return 200 "hi $1\\n"; } location / { return 503; } }\' > /etc/nginx/conf.d/default.conf; exec nginx -g "daemon off;"',
		],
	});
	expect(await get('/')).toMatchObject({failure: 'refused'});
	expect(bodyOf(await lab.request(`http://${ip}:8080/hello`))).toContain('hi');
	expect(await lab.request(`http://${ip}:8080/other`)).toMatchObject({status: 503});
	expect((await lab.exec('web', 'ps')).stdout).toContain(
		'    1 root      0:00 nginx: master process nginx -g daemon off;',
	);
});

test('nginx -t and nginx -s reload work on the changed configuration', async () => {
	const {lab, ip} = await serving();
	await lab.exec('web', 'sed -i "s/listen       80;/listen 8080;/" /etc/nginx/conf.d/default.conf');
	expect((await lab.exec('web', 'nginx -t')).stderr).toContain('test is successful');
	await lab.exec('web', 'nginx -s reload');
	expect(await lab.request(`http://${ip}:8080/`)).toMatchObject({status: 200});
	expect(await lab.request(`http://${ip}/`)).toMatchObject({failure: 'refused'});
	await lab.exec('web', 'echo "server { nonsense; }" > /etc/nginx/conf.d/default.conf');
	expect(await lab.exec('web', 'nginx -t')).toMatchObject({
		code: 1,
		stderr: expect.stringContaining('[emerg] unknown directive "nonsense" in /etc/nginx/conf.d/default.conf:1'),
	});
});

test('what the simulated nginx cannot do it says, and does not start', async () => {
	const {lab} = await serving('nginx:1.14.2', {
		command: [
			'sh',
			'-c',
			'echo "server { location / { rewrite ^ /other; } }" > /etc/nginx/conf.d/default.conf; exec nginx -g "daemon off;"',
		],
	});
	expect(lab.status('web').ready).toBe(false);
	expect(await lab.logs('web')).toContain('"rewrite" is not supported by the simulated nginx of the embedded cluster');
});

test('a page from a ConfigMap', async () => {
	const lab = createLab();
	lab.create('configmaps', {
		metadata: {name: 'page', namespace: 'default'},
		data: {'index.html': 'from a ConfigMap\n'},
	});
	lab.pod(
		'web',
		{volumeMounts: [{name: 'page', mountPath: '/usr/share/nginx/html'}]},
		{spec: {volumes: [{name: 'page', configMap: {name: 'page'}}]}},
	);
	const ip = lab.after(3000, 'web').status.podIP;
	expect(bodyOf(await lab.request(`http://${ip}/`))).toBe('from a ConfigMap\n');
	expect(await lab.exec('web', 'echo no > /usr/share/nginx/html/index.html')).toMatchObject({
		code: 1,
		stderr: expect.stringContaining('Read-only file system'),
	});
});

test('a changed ConfigMap reaches the mounted page within about a minute, a subPath never', async () => {
	const lab = createLab();
	const page = lab.create('configmaps', {
		metadata: {name: 'page', namespace: 'default'},
		data: {'index.html': 'old\n'},
	});
	const volumes = [{name: 'page', configMap: {name: 'page'}}];
	lab.pod('web', {volumeMounts: [{name: 'page', mountPath: '/usr/share/nginx/html'}]}, {spec: {volumes}});
	lab.pod(
		'pinned',
		{volumeMounts: [{name: 'page', mountPath: '/usr/share/nginx/html/index.html', subPath: 'index.html'}]},
		{spec: {volumes}},
	);
	lab.advance(3000);
	const get = async (name: string) => bodyOf(await lab.request(`http://${lab.get(name).status.podIP}/`));
	expect([await get('web'), await get('pinned')]).toEqual(['old\n', 'old\n']);
	lab.registry.update('configmaps', {...page, data: {'index.html': 'new\n'}} as typeof page);
	expect(await get('web')).toBe('old\n');
	lab.advance(65_000);
	expect([await get('web'), await get('pinned')]).toEqual(['new\n', 'old\n']);
});
