/** The image of the gateway's Pods, which lessons use too. */
export const gatewayImage = 'nginx:1.14.2';

/** The name of the gateway's Pod; those of other clients than the first have a suffix. */
export const gatewayName = 'endpoint-lab-gateway';

/** Whether a Pod of that name is the gateway's: it is nothing that a lesson has made. */
export const isGatewayPod = (name: string): boolean => name === gatewayName || name.startsWith(`${gatewayName}-`);

/** The name under which the lab makes requests of its own; those need no address of their own. */
export const trickleClient = 'trickle';

/** Where nginx listens inside the gateway's Pod: for requests, and to tell the Pod's search domains. */
export const gatewayPorts = {requests: 8080, search: 8081} as const;

/** The request header that says where a request goes: `HOST:PORT`, with a full name or an address. */
export const targetHeader = 'Endpoint-Lab-Target';

/** The answer header in which nginx says what came of it: `ADDRESS|CONNECT-TIME|HEADER-TIME`. */
export const outcomeHeader = 'Endpoint-Lab-Outcome';

/**
 * What a Pod of an nginx image runs to be a gateway: any nginx since 1.14, with any user. It listens on 127.0.0.1, since
 * everybody in the cluster could use it otherwise. nginx' resolver reads no resolv.conf, so its start does.
 */
export const gatewayScript = `
resolvers= search= family=ipv6=off
while read -r key value; do
	case $key in
	nameserver)
		case $value in *:*) value="[$value]" family= ;; esac
		resolvers="$resolvers $value" ;;
	search) search=$value ;;
	esac
done < /etc/resolv.conf
cat > /tmp/gateway.conf <<END
worker_processes 1;
pid /tmp/gateway.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path /tmp/client-body;
	proxy_temp_path /tmp/proxy;
	fastcgi_temp_path /tmp/fastcgi;
	uwsgi_temp_path /tmp/uwsgi;
	scgi_temp_path /tmp/scgi;
	client_max_body_size 0;
	keepalive_timeout 3600s;
	keepalive_requests 1000000;
	resolver$resolvers $family valid=1s;
	resolver_timeout 5s;
	server {
		listen 127.0.0.1:${gatewayPorts.requests};
		add_header ${outcomeHeader} "\\$upstream_addr|\\$upstream_connect_time|\\$upstream_header_time" always;
		location / {
			proxy_pass http://\\$http_endpoint_lab_target;
			proxy_http_version 1.1;
			proxy_set_header Host \\$http_host;
			proxy_set_header Connection close;
			proxy_set_header ${targetHeader} "";
			proxy_pass_header Server;
			proxy_pass_header Date;
			proxy_redirect off;
			proxy_connect_timeout 10s;
			proxy_read_timeout 60s;
		}
	}
	server {
		listen 127.0.0.1:${gatewayPorts.search};
		location / { return 200 "$search"; }
	}
}
END
exec nginx -c /tmp/gateway.conf -g 'daemon off;'
`;

/** How a request through the gateway's nginx ended, when nobody in the cluster answered it. */
export type GatewayFailure = 'unknown-host' | 'refused' | 'timeout' | 'reset';

/**
 * What the header says of an answer's status: a failure, or undefined when the answer came from inside the cluster. nginx
 * gives 502 and 504 itself, and only its times tell them from an answer that was passed on. Several tries stand apart by commas.
 */
export function failureOf(status: number, outcome: string): GatewayFailure | undefined {
	const [address = '', connected = '', answered = ''] = outcome.split('|').map(part => part.split(', ').at(-1)?.trim());
	const isTime = (text: string) => /^\d/.test(text);
	if (isTime(answered) || (status !== 502 && status !== 504)) return undefined;
	if (status === 504) return 'timeout';
	if (!/^[\d.]+:\d+$|^\[/.test(address)) return 'unknown-host';
	return isTime(connected) ? 'reset' : 'refused';
}

/** The address that was tried last, as `10.96.0.7:80`; empty when there was none. */
export const addressOf = (outcome: string): string => outcome.split('|')[0]!.split(', ').at(-1)!.trim();

/**
 * The full names that a Pod's resolver tries for a name, in order (resolv.conf(5) with the kubelet's ndots:5). An address is
 * only itself.
 */
export function namesToTry(host: string, search: readonly string[]): string[] {
	if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.startsWith('[')) return [host];
	if (host.endsWith('.')) return [host.slice(0, -1)];
	const searched = search.map(domain => `${host}.${domain}`);
	return host.split('.').length > 5 ? [host, ...searched] : [...searched, host];
}
