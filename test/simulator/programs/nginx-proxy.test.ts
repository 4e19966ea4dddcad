import {expect, test} from 'vitest';
import type {Service} from '../../../src/simulator/types.ts';
import {bodyOf, createLab} from '../node/lab.ts';

/** Three Pods that say their names behind a Service, and an nginx that passes requests on to them. */
async function proxied(location: string, {around = ''} = {}) {
	const lab = createLab();
	for (const name of ['a', 'b', 'c']) {
		const config = `server { listen 80; location / { return 200 "${name} $host $http_x_told$uri"; } }`;
		lab.pod(name, {command: ['sh', '-c', serve(config)]}, {labels: {app: 'web'}});
	}
	lab.service('web');
	lab.service('empty', {selector: {app: 'nobody'}});
	lab.service('peers', {selector: {app: 'web'}, clusterIP: 'None'});
	lab.advance(8000);
	const config = `${around} server { listen 80; location / { ${location} } }`;
	lab.pod('proxy', {command: ['sh', '-c', serve(config)]}, {labels: {app: 'proxy'}});
	const ip = lab.after(8000, 'proxy').status.podIP!;
	const clusterIP = (name: string) => lab.store.get<Service>('services', 'default', name)!.spec.clusterIP!;
	return {lab, ip, clusterIP, get: (path: string, host = ip) => lab.request(`http://${host}${path}`)};
}

const serve = (config: string) => `echo '${config}' > /etc/nginx/conf.d/default.conf; exec nginx -g "daemon off;"`;

const headers = (answer: object) => ('headers' in answer ? (answer.headers as Record<string, string>) : {});

test('a name in proxy_pass is looked up once, with the search domains of the Pod', async () => {
	const {get, clusterIP} = await proxied(
		'proxy_pass http://web; proxy_set_header X-Told yes; add_header X-From $upstream_addr;',
	);
	const answer = await get('/page?x=1');
	expect(bodyOf(answer)).toMatch(/^[abc] web yes\/page$/);
	expect(headers(answer)).toMatchObject({'X-From': `${clusterIP('web')}:80`, server: 'nginx/1.14.2'});
});

test('a name that nobody knows keeps nginx from starting', async () => {
	const {lab} = await proxied('proxy_pass http://nobody;');
	expect(lab.status('proxy').ready).toBe(false);
	expect(await lab.logs('proxy')).toContain(
		'[emerg] host not found in upstream "nobody" in /etc/nginx/conf.d/default.conf:1',
	);
});

test('a name in a variable is looked up by the resolver at each request, without search domains', async () => {
	const {get, clusterIP} = await proxied('proxy_pass http://$arg_to;', {
		around: 'resolver 10.96.0.10 valid=1s; add_header X-Tried "$upstream_addr $upstream_connect_time" always;',
	});
	const found = await get('/?to=web.default.svc.cluster.local');
	expect(bodyOf(found)).toMatch(/^[abc] web.default.svc.cluster.local \/$/);
	expect(headers(found)).toMatchObject({'X-Tried': `${clusterIP('web')}:80 0.000`});
	const short = await get('/?to=web');
	expect(short).toMatchObject({status: 502});
	expect(headers(short)).toMatchObject({'X-Tried': ' '});
});

test('a Service without an endpoint is 502, an address without a Pod 504, and the log says why', async () => {
	const {lab, get, clusterIP} = await proxied('proxy_pass http://$arg_to:80; proxy_connect_timeout 2s;', {
		around: 'resolver 10.96.0.10; add_header X-Tried "$upstream_status $upstream_connect_time" always;',
	});
	const refused = await get('/?to=empty.default.svc.cluster.local');
	expect(refused).toMatchObject({status: 502});
	expect(headers(refused)).toMatchObject({'X-Tried': '502 -'});
	expect(await lab.logs('proxy')).toContain(
		`connect() failed (111: Connection refused) while connecting to upstream, upstream: "http://${clusterIP('empty')}:80/?to=empty.default.svc.cluster.local"`,
	);
	const lost = lab.network.request(
		{method: 'GET', url: `http://${lab.get('proxy').status.podIP}/?to=10.244.1.250`, headers: {}},
		{ip: '10.244.0.9'},
	);
	lab.advance(2000);
	expect(await lost).toMatchObject({status: 504});
	expect(await lab.logs('proxy')).toContain('upstream timed out (110: Connection timed out) while connecting to');
});

test('of the addresses of a headless Service the next is tried where one does not answer', async () => {
	const {lab, get} = await proxied('proxy_pass http://$arg_to; add_header X-Tried $upstream_status always;', {
		around: 'resolver 10.96.0.10;',
	});
	// Pod a serves another port from now on, so that its address refuses.
	await lab.exec('a', 'sed -i "s/listen 80/listen 81/" /etc/nginx/conf.d/default.conf && nginx -s reload');
	const seen = new Set<string>();
	for (let n = 0; n < 30; n++) {
		const answer = await get('/?to=peers.default.svc.cluster.local');
		expect(answer).toMatchObject({status: 200});
		seen.add(headers(answer)['X-Tried'] ?? '');
	}
	expect([...seen].sort()).toEqual(['200', '502, 200']);
});

test('a variable that the simulated nginx does not know is refused', async () => {
	const {lab} = await proxied('proxy_pass http://web; add_header X-Test $ssl_cipher;');
	expect(await lab.logs('proxy')).toContain('the variable "$ssl_cipher" is not supported by the simulated nginx');
});
