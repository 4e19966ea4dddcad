import {expect, test} from 'vitest';
import {proxiesOf} from '../../src/doctor/proxies.ts';

test.each([
	['http://proxy.example:3128', true, false],
	['proxy.example:3128', true, false],
	['http://user:p%40ss@proxy.example', true, false],
	['http://127.0.0.1:8080', true, true],
	['localhost:8080', true, true],
	['http://[::1]:8080', true, true],
	['http://', false, false],
	['http://a b', false, false],
])('the proxy %s', (value, wellFormed, local) => {
	expect(proxiesOf({HTTPS_PROXY: value})).toEqual([{name: 'HTTPS_PROXY', wellFormed, local}]);
});

test('variables that are empty or absent name no proxy, and both cases count', () => {
	expect(proxiesOf({HTTP_PROXY: '', PATH: '/bin'})).toEqual([]);
	const names = proxiesOf({http_proxy: 'http://a', HTTP_PROXY: 'http://a', ALL_PROXY: 'socks5://a'}).map(
		({name}) => name,
	);
	expect(names).toEqual(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']);
});
