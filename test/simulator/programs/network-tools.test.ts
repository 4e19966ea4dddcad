import {beforeAll, expect, test} from 'vitest';
import {createLab, type Lab} from '../node/lab.ts';

let lab: Lab;
let ip: string;
beforeAll(() => {
	lab = createLab();
	lab.pod('box', {image: 'busybox:1.36', command: ['sleep', '100000']});
	lab.pod('old', {image: 'busybox:1.28', command: ['sleep', '100000']});
	lab.pod('curl', {image: 'curlimages/curl:8.14.1', command: ['sleep', '100000']});
	lab.pod('web', {});
	lab.service('web');
	lab.service('empty');
	lab.advance(5000);
	ip = (lab.registry.get('services', 'default', 'web') as never as {spec: {clusterIP: string}}).spec.clusterIP;
});

test('wget -qO- prints the page, and asks as Wget', async () => {
	const {code, stdout} = await lab.exec('box', ['wget', '-qO-', 'http://web']);
	expect(code).toBe(0);
	expect(Buffer.byteLength(stdout)).toBe(612);
	expect(await lab.logs('web', {tailLines: 1})).toContain('"GET / HTTP/1.1" 200 612 "-" "Wget" "-"');
});

test('wget tells what it does, and keeps the page', async () => {
	const {stderr, stdout} = await lab.exec('box', 'cd /tmp; wget web; wc -c < index.html');
	expect(stderr).toContain(`Connecting to web (${ip}:80)\nsaving to 'index.html'\n`);
	expect(stdout).toBe('612\n');
});

test('wget in trouble', async () => {
	expect(await lab.exec('box', ['wget', '-qO-', 'nope'])).toMatchObject({
		code: 1,
		stderr: "wget: bad address 'nope'\n",
	});
	expect(await lab.exec('box', ['wget', '-qO-', 'empty'])).toMatchObject({
		code: 1,
		stderr: expect.stringMatching(/^wget: can't connect to remote host \(10\.96\.\d+\.\d+\): Connection refused\n$/),
	});
	expect(await lab.exec('box', ['wget', '-qO-', 'web/x'])).toMatchObject({
		code: 1,
		stderr: 'wget: server returned error: HTTP/1.1 404 Not Found\n',
	});
	expect(await lab.exec('box', ['wget', '-T', '2', '-qO-', 'web:81'], {within: 3000})).toMatchObject({
		code: 1,
		stderr: 'wget: download timed out\n',
	});
});

test('curl: page, status, headers', async () => {
	expect((await lab.exec('curl', ['curl', '-s', 'web'])).stdout).toContain('Welcome to nginx!');
	expect((await lab.exec('curl', ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}\\n', 'web/none'])).stdout).toBe(
		'404\n',
	);
	expect((await lab.exec('curl', ['curl', '-sI', 'http://web/'])).stdout).toMatch(
		/^HTTP\/1\.1 200 OK\r\nServer: nginx\/1\.14\.2\r\n/,
	);
	expect((await lab.exec('curl', ['curl', 'web'])).stderr).toContain('% Total    % Received % Xferd');
});

test('curl in trouble, with its numbers', async () => {
	expect(await lab.exec('curl', ['curl', 'nope'])).toMatchObject({
		code: 6,
		stderr: 'curl: (6) Could not resolve host: nope\n',
	});
	expect(await lab.exec('curl', ['curl', 'empty'])).toMatchObject({
		code: 7,
		stderr: 'curl: (7) Failed to connect to empty port 80 after 0 ms: Could not connect to server\n',
	});
	expect(await lab.exec('curl', ['curl', '-m', '2', 'web:81'], {within: 3000})).toMatchObject({
		code: 28,
		stderr: 'curl: (28) Connection timed out after 2000 milliseconds\n',
	});
	expect(await lab.exec('curl', ['curl', '-sf', 'web/none'])).toMatchObject({code: 22, stderr: ''});
});

test('without a limit, a connection that nobody answers takes more than two minutes', async () => {
	const began = lab.clock.now();
	expect(await lab.exec('curl', ['curl', '-s', 'web:81'], {within: 140_000})).toMatchObject({code: 28});
	expect(lab.clock.now() - began).toBeGreaterThan(120_000);
});

test("nslookup of a short name asks all search domains, as today's busybox does", async () => {
	expect(await lab.exec('box', ['nslookup', 'web'])).toEqual({
		code: 1,
		stderr: '',
		stdout:
			'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n' +
			"** server can't find web.cluster.local: NXDOMAIN\n\n** server can't find web.cluster.local: NXDOMAIN\n\n" +
			`\nName:\tweb.default.svc.cluster.local\nAddress: ${ip}\n\n` +
			"** server can't find web.svc.cluster.local: NXDOMAIN\n\n** server can't find web.svc.cluster.local: NXDOMAIN\n\n",
	});
});

test('nslookup of a full name', async () => {
	expect(await lab.exec('box', ['nslookup', 'web.default.svc.cluster.local'])).toMatchObject({
		code: 0,
		stdout: `Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tweb.default.svc.cluster.local\nAddress: ${ip}\n\n\n`,
	});
});

test('nslookup of busybox 1.28 prints what the documents print', async () => {
	expect((await lab.exec('old', ['nslookup', 'web'])).stdout).toBe(
		'Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n' +
			`Name:      web\nAddress 1: ${ip} web.default.svc.cluster.local\n`,
	);
	expect(await lab.exec('old', ['nslookup', 'nope'])).toMatchObject({
		code: 1,
		stderr: "nslookup: can't resolve 'nope'\n",
	});
});

test('nc -z tests a port', async () => {
	expect(await lab.exec('box', ['nc', '-zv', 'web', '80'])).toMatchObject({code: 0, stderr: `web (${ip}:80) open\n`});
	expect(await lab.exec('box', ['nc', '-z', 'empty', '80'])).toMatchObject({code: 1});
});

test('resolv.conf and hosts are those of the Pod', async () => {
	expect((await lab.exec('box', 'cat /etc/resolv.conf')).stdout).toBe(
		'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
	);
	expect((await lab.exec('box', 'tail -1 /etc/hosts')).stdout).toBe(`${lab.get('box').status.podIP}\tbox\n`);
});

test('a hostname server says which Pod answers', async () => {
	lab.pod('who', {image: 'registry.k8s.io/serve_hostname'});
	lab.pod('test', {image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: ['netexec', '--http-port=8080']});
	lab.advance(5000);
	expect((await lab.exec('box', `wget -qO- ${lab.get('who').status.podIP}:9376`)).stdout).toBe('who');
	expect((await lab.exec('box', `wget -qO- ${lab.get('test').status.podIP}:8080/hostname`)).stdout).toBe('test');
});

test('curlimages/curl takes its arguments for curl', async () => {
	lab.pod('once', {image: 'curlimages/curl', args: ['-s', 'web']}, {spec: {restartPolicy: 'Never'}});
	lab.advance(5000);
	expect(lab.get('once').status.phase).toBe('Succeeded');
	expect(await lab.logs('once')).toContain('Welcome to nginx!');
});

test('ping reaches Pods and nodes, and no Service', async () => {
	const pod = lab.get('web').status.podIP!;
	const answered = await lab.exec('box', ['ping', '-c', '2', pod], {within: 3000});
	expect(answered.code).toBe(0);
	expect(answered.stdout).toMatch(
		new RegExp(
			`^PING ${pod} \\(${pod}\\): 56 data bytes\n64 bytes from ${pod}: seq=0 ttl=6[23] time=0\\.\\d{3} ms\n64 bytes from ${pod}: seq=1 `,
		),
	);
	expect(answered.stdout).toContain(
		'2 packets transmitted, 2 packets received, 0% packet loss\nround-trip min/avg/max = ',
	);
	expect(await lab.exec('box', ['ping', '-c1', '-q', lab.get('box').status.hostIP!])).toMatchObject({code: 0});
	expect(await lab.exec('box', ['ping', '-c', '2', '-W', '1', 'web'], {within: 4000})).toEqual({
		code: 1,
		stdout: `PING web (${ip}): 56 data bytes\n\n--- web ping statistics ---\n2 packets transmitted, 0 packets received, 100% packet loss\n`,
		stderr: '',
	});
	expect(await lab.exec('box', ['ping', '-c1', 'nowhere'])).toEqual({
		code: 1,
		stdout: '',
		stderr: "ping: bad address 'nowhere'\n",
	});
});

test('hostname -f is the whole name of a Pod that has one', async () => {
	lab.pod('named', {image: 'busybox:1.36', command: ['sleep', '1000']}, {spec: {hostname: 'one', subdomain: 'set'}});
	lab.advance(4000);
	expect((await lab.exec('named', 'hostname; hostname -f')).stdout).toBe('one\none.set.default.svc.cluster.local\n');
	expect((await lab.exec('box', 'hostname -f')).stdout).toBe('box\n');
});
