import {describe, expect, test} from 'vitest';
import {redact} from '../../src/doctor/redact.ts';

const owner = {home: '/home/maria', user: 'maria', host: 'maria-laptop', names: ['acme-build', 'colima']};

function hide(text: string): string {
	return redact(text, owner);
}

describe('a report hides', () => {
	test.each([
		['the user’s folder', 'state in /home/maria/.local/share/endpoint-lab', 'state in ~/.local/share/endpoint-lab'],
		['other users’ folders', 'see /home/peter/x and /Users/anna/y', 'see /home/USER/x and /Users/USER/y'],
		['a Windows user', 'in C:\\Users\\anna\\AppData', 'in C:\\Users\\USER\\AppData'],
		['a folder from Windows in WSL', 'in /mnt/c/Users/anna/lab', 'in /mnt/c/Users/USER/lab'],
		['the user’s name', 'run by maria (process 4)', 'run by USER (process 4)'],
		['the machine’s name', 'on Maria-Laptop now', 'on HOST now'],
		['a proxy with its password', 'http://maria:pa55@proxy.corp.example:3128/', 'http://LOGIN@HOST:3128/'],
		['a password with an @', 'http://me:p@ss@proxy.corp.example:8080', 'http://LOGIN@HOST:8080'],
		['a registry', 'Get "https://registry.corp.example:5000/v2/": dial', 'Get "https://HOST:5000/v2/": dial'],
		['a token', 'Authorization: Bearer abc.def-123', 'Authorization: Bearer SECRET'],
		['a variable with a token', 'GITHUB_TOKEN=ghp_abc123 set', 'GITHUB_TOKEN=SECRET set'],
		['a quoted password', 'password: "a b c"', 'password: SECRET'],
		['a JSON web token', 'sent eyJhbGciOi.eyJzdWIi.c2ln here', 'sent SECRET here'],
		['an e-mail address', 'ask maria.lopez@corp.example', 'ask ADDRESS'],
		[
			'hosts that are looked up, and by whom',
			'dial tcp: lookup registry.corp.example on 10.1.2.3:53: no such host',
			'dial tcp: lookup HOST on ADDRESS:53: no such host',
		],
		[
			'a host with its port',
			'proxyconnect tcp: proxy.corp.example:3128 refused',
			'proxyconnect tcp: HOST:3128 refused',
		],
		['a registry before an image', 'registry.corp.example/team/nginx:1.14.2', 'HOST/team/nginx:1.14.2'],
		['a cluster’s context', 'takes context:acme-prod, as before', 'takes context:NAME, as before'],
		['Docker’s context', '(context acme-build)', '(context NAME)'],
		['in Chinese sentences too', '状态保存在 /home/maria/lab（剩余 1 GB）。', '状态保存在 ~/lab（剩余 1 GB）。'],
	])('%s', (_what, text, shown) => {
		expect(hide(text)).toBe(shown);
	});

	test('anything as long as a key', () => {
		const key = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA';
		expect(hide(`key ${key}==`)).toBe('key SECRET');
	});
});

describe('a report keeps', () => {
	test.each([
		'docker 29.1.0 answers, on Ubuntu 24.04.1 LTS (context default).',
		'The node image kindest/node:v1.36.4 is not here; the first start downloads about 500 MB.',
		'curl -Lo kind https://kind.sigs.k8s.io/dl/v0.33.0/kind-linux-amd64',
		'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
		'registry.k8s.io/pause:3.10, nicolaka/netshoot:v0.13',
		'/usr/local/lib/node_modules/endpoint-lab/dist/chunks/a-very-long-name',
		'lookup registry-1.docker.io on 127.0.0.11:53: no such host',
		'lesson.yaml:16:10: wrong; /lib/systemd/system/docker.socket, kernel 5.15.153.1-microsoft-standard-WSL2',
		'colima start --cpu 2 --memory 4; 0.33 and newer; Docker 20.10.24; https://github.com/spurin/wsl-cgroupsv2',
		'http://127.0.0.1:6443 and https://registry-1.docker.io/v2/',
	])('%s', text => {
		expect(hide(text)).toBe(text);
	});

	test('common words that happen to be the user’s and the machine’s names', () => {
		const text = 'sudo systemctl start docker; kind needs root';
		expect(redact(text, {home: '/root', user: 'root', host: 'docker'})).toBe(text);
	});
});
