import {createHash, generateKeyPairSync, type KeyObject, randomBytes, sign} from 'node:crypto';

/** What a cluster's server and its clients identify themselves with; plain JSON, PEM texts. */
export type Credentials = {
	/** The authority that clients trust. Its key is forgotten once the server's certificate is signed. */
	caCertificate: string;
	serverCertificate: string;
	serverKey: string;
	/** The bearer token of the only user. */
	token: string;
};

const validFor = 10 * 365 * 24 * 3600 * 1000;

/**
 * New credentials for a server on 127.0.0.1, ::1 and localhost, valid for ten years from an hour before `now` (ms since
 * 1970, real time: clients check it against their own clock). Keys and token come from the system's secure source.
 */
export function createCredentials(now: number): Credentials {
	const authority = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	const server = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	const notBefore = now - 3600 * 1000;
	const validity = sequence(time(notBefore), time(notBefore + validFor));
	const issuer = name('endpoint-lab-ca');
	const keyId = createHash('sha1').update(publicBytes(authority.publicKey)).digest();
	const sealed = (subject: Buffer, publicKey: KeyObject, extensions: Buffer[]) =>
		certificate(authority.privateKey, [
			explicit(0, integer(Buffer.from([2]))),
			integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
			ecdsaWithSha256,
			issuer,
			validity,
			subject,
			publicKey.export({type: 'spki', format: 'der'}),
			explicit(3, sequence(...extensions)),
		]);
	const caCertificate = sealed(issuer, authority.publicKey, [
		extension('2.5.29.19', sequence(boolean), {critical: true}),
		extension('2.5.29.15', bits(1, 0b0000_0110), {critical: true}),
		extension('2.5.29.14', octets(keyId)),
	]);
	const serverCertificate = sealed(name('endpoint-lab'), server.publicKey, [
		extension('2.5.29.15', bits(7, 0b1000_0000), {critical: true}),
		extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
		extension('2.5.29.35', sequence(tagged(0x80, keyId))),
		extension(
			'2.5.29.17',
			sequence(
				tagged(0x82, Buffer.from('localhost')),
				tagged(0x87, Buffer.from([127, 0, 0, 1])),
				tagged(0x87, Buffer.from('00000000000000000000000000000001', 'hex')),
			),
		),
	]);
	return {
		caCertificate,
		serverCertificate,
		serverKey: server.privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
		token: randomBytes(32).toString('base64url'),
	};
}

function certificate(authorityKey: KeyObject, fields: Buffer[]): string {
	const body = sequence(...fields);
	const signature = sign('sha256', body, authorityKey);
	const der = sequence(body, ecdsaWithSha256, bits(0, signature));
	const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

// The part of DER (ITU-T X.690) that a certificate is made of.

function tagged(tag: number, ...contents: Uint8Array[]): Buffer {
	const content = Buffer.concat(contents);
	const {length} = content;
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
const sequence = (...items: Buffer[]) => tagged(0x30, ...items);
const explicit = (number: number, content: Buffer) => tagged(0xa0 + number, content);
const integer = (bytes: Buffer) => tagged(0x02, bytes);
const octets = (bytes: Buffer) => tagged(0x04, bytes);
const boolean = Buffer.from([0x01, 0x01, 0xff]);
const bits = (unused: number, content: Buffer | number) =>
	tagged(0x03, Buffer.from([unused]), typeof content === 'number' ? Buffer.from([content]) : content);

function oid(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
	const base128 = (value: number): number[] => {
		const digits = [value & 0x7f];
		for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
		return digits;
	};
	return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const name = (commonName: string) =>
	sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(commonName)))));

function time(ms: number): Buffer {
	const digits = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
	// RFC 5280: UTCTime until 2049, GeneralizedTime from 2050 on.
	return digits < '2050' ? tagged(0x17, Buffer.from(`${digits.slice(2)}Z`)) : tagged(0x18, Buffer.from(`${digits}Z`));
}

const extension = (id: string, value: Buffer, {critical = false} = {}) =>
	sequence(oid(id), ...(critical ? [boolean] : []), octets(value));

/** The key's own bits, without the algorithm that SubjectPublicKeyInfo wraps around them. */
const publicBytes = (key: KeyObject) => key.export({type: 'spki', format: 'der'}).subarray(-65);
