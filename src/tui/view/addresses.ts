import type {AddressView} from '../../observe/snapshot.ts';

/** An address with all its ports; the rest is as its first port has it. */
export type Address = Pick<AddressView, 'ip' | 'ready' | 'serving' | 'terminating' | 'pod'> & {ports: string};

/** The addresses by IP in their order, the ports of one IP together. */
export function addressesByIp(addresses: readonly AddressView[]): Map<string, Address> {
	const result = new Map<string, Address>();
	for (const {ip, port, ready, serving, terminating, pod} of addresses) {
		const known = result.get(ip);
		const text = port === undefined ? '' : String(port);
		if (!known) result.set(ip, {ip, ports: text, ready, serving, terminating, pod});
		else if (text && !known.ports.split(',').includes(text)) known.ports += `,${text}`;
	}
	return result;
}

/** `10.244.1.2:80,443`, `[fd00::2]:80`, or the IP alone where there is no port. */
export function addressText({ip, ports}: Address): string {
	const host = ip.includes(':') ? `[${ip}]` : ip;
	return ports ? `${host}:${ports}` : host;
}
