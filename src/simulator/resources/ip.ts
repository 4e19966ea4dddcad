import ipaddr from 'ipaddr.js';

/** An address as the API server reads it: like Go's net.ParseIP, but leading zeros are tolerated here. */
export function parseIp(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
	if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
		const octets = text.split('.').map(Number);
		return octets.every(octet => octet <= 255) ? new ipaddr.IPv4(octets) : undefined;
	}
	if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
	return ipaddr.IPv6.parse(text);
}

/** The family of an address, or undefined when it is none. */
export function ipFamily(text: string): 'IPv4' | 'IPv6' | undefined {
	const ip = parseIp(text);
	return ip && (ip.kind() === 'ipv4' ? 'IPv4' : 'IPv6');
}

/** What keeps a text from being an address, as IsValidIPForLegacyField since 1.36. */
export function ipErrors(text: string): string[] {
	const ip = parseIp(text);
	if (!ip) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
	if (ip.kind() === 'ipv4') return /(^|\.)0\d/.test(text) ? ['must not have leading 0s'] : [];
	return (ip as ipaddr.IPv6).isIPv4MappedAddress() ? ['must not be an IPv4-mapped IPv6 address'] : [];
}

/** What keeps a text from being a range of addresses, as IsValidCIDRForLegacyField since 1.36. */
export function cidrErrors(text: string): string[] {
	const [address = '', length = '', ...rest] = text.split('/');
	const ip = parseIp(address);
	const bits = ip?.kind() === 'ipv4' ? 32 : 128;
	if (!ip || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits)
		return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
	if (/(^|\.)0\d/.test(address) || /^0\d/.test(length)) return ['must not have leading 0s in IP or prefix length'];
	if (ip instanceof ipaddr.IPv6 && ip.isIPv4MappedAddress()) return ['must not have an IPv4-mapped IPv6 address'];
	const network = ip instanceof ipaddr.IPv6 ? ipaddr.IPv6 : ipaddr.IPv4;
	const first = network.networkAddressFromCIDR(text);
	return first.toString() === ip.toString() ? [] : ['must not have bits set beyond the prefix length'];
}

/** What keeps an address from being an endpoint (ValidateEndpointIP). */
export function endpointIpErrors(text: string): string[] {
	const ip = parseIp(text);
	if (!ip) return ['must be a valid IP address'];
	const range = ip.range();
	const errors: string[] = [];
	if (range === 'unspecified' && /^[0.:]+$/.test(text)) errors.push(`may not be unspecified (${text})`);
	if (range === 'loopback') errors.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
	if (range === 'linkLocal') errors.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
	const local =
		ip.kind() === 'ipv4'
			? ([ipaddr.IPv4.parse('224.0.0.0'), 24] as const)
			: ([ipaddr.IPv6.parse('ff02::'), 16] as const);
	if (ip.match(local as [ipaddr.IPv4 & ipaddr.IPv6, number]))
		errors.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
	return errors;
}
