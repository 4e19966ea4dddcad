import {randomBytes, webcrypto} from 'node:crypto';
import type {Credentials} from './credentials.ts';

const validFor = 10 * 365 * 24 * 3600 * 1000;
const algorithm = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};

/**
 * New credentials for a server on 127.0.0.1, ::1 and localhost, valid for ten years from an hour before `now` (ms since
 * 1970, real time: clients check it against their own clock). Keys and token come from the system's secure source.
 */
export async function createCredentials(now: number): Promise<Credentials> {
	const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const keys = Promise.all([newKeys(), newKeys()]);
	// The library wants its polyfill first; the keys are made meanwhile.
	await import('reflect-metadata');
	const x509 = await import('@peculiar/x509');
	const [authority, server] = await keys;
	const dates = {notBefore: new Date(now - 3600 * 1000), notAfter: new Date(now - 3600 * 1000 + validFor)};
	const common = {...dates, signingAlgorithm: algorithm};
	const caCertificate = await x509.X509CertificateGenerator.createSelfSigned({
		...common,
		name: 'CN=endpoint-lab-ca',
		keys: authority,
		extensions: [
			new x509.BasicConstraintsExtension(true, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
			await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
		],
	});
	const serverCertificate = await x509.X509CertificateGenerator.create({
		...common,
		subject: 'CN=endpoint-lab',
		issuer: caCertificate.subject,
		signingKey: authority.privateKey,
		publicKey: server.publicKey,
		extensions: [
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
			new x509.SubjectAlternativeNameExtension([
				{type: 'dns', value: 'localhost'},
				{type: 'ip', value: '127.0.0.1'},
				{type: 'ip', value: '::1'},
			]),
		],
	});
	const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', server.privateKey));
	return {
		caCertificate: caCertificate.toString('pem'),
		serverCertificate: serverCertificate.toString('pem'),
		serverKey: x509.PemConverter.encode(key, 'PRIVATE KEY'),
		token: randomBytes(32).toString('base64url'),
	};
}
