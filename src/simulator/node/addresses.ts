/** Hands out the Pod addresses of one node. */
export type AddressPool = {
	/** The next free address, or undefined when all are in use. */
	take(): string | undefined;
	/** Marks an address as in use, at the start with Pods that exist already. */
	reserve(ip: string): void;
	release(ip: string): void;
	/** The address handed out last; give it back to createAddressPool to go on from there. */
	readonly last: string | undefined;
};

/**
 * The addresses of a node's podCIDR in rising order, as the host-local IPAM that kindnet uses gives them: a released
 * address is not reused before the range has gone round. The network's, the bridge's and the broadcast address stay out.
 */
export function createAddressPool(cidr: string, last?: string): AddressPool {
	const [network = '', bits = ''] = cidr.split('/');
	const size = 2 ** (32 - Number(bits));
	const base = toNumber(network);
	const used = new Set<number>();
	let cursor = last ? toNumber(last) - base : 1;
	return {
		get last() {
			return cursor > 1 ? toAddress(base + cursor) : undefined;
		},
		take() {
			for (let tried = 0; tried < size; tried++) {
				cursor = cursor + 1 >= size - 1 ? 2 : cursor + 1;
				if (used.has(cursor)) continue;
				used.add(cursor);
				return toAddress(base + cursor);
			}
			return undefined;
		},
		reserve(ip) {
			used.add(toNumber(ip) - base);
		},
		release(ip) {
			used.delete(toNumber(ip) - base);
		},
	};
}

const toNumber = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (number: number) => [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.');
