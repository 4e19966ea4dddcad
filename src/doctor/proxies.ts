import type {Environment} from '../clusters/shell.ts';
import type {ProxyFacts} from './facts.ts';

/** The proxy variables that are set; programs read them in either case, curl `http_proxy` in lower case only. */
export function proxiesOf(environment: Environment): ProxyFacts[] {
	return ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].flatMap(name => {
		const value = environment[name];
		if (!value) return [];
		// A proxy may be written without a scheme.
		const url = URL.parse(value.includes('://') ? value : `http://${value}`);
		const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '');
		return [{name, wellFormed: Boolean(url?.hostname), local}];
	});
}
