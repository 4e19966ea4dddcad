import {randomBytes, webcrypto} from 'node:crypto';
import type {Credentials} from './credentials.ts';

const validFor = 10 * 365 * 24 * 3600 * 1000;
const algorithm = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};

/**
 * New credentials for a server on 127.0.0.1, ::1 and localhost, valid for ten years from an hour before `now` (ms since
 * 1970, real time: clients check it against their own clock). Keys and token come from the system's secure source. The
 * certificate signs itself and is its own authority: a second one would double the time, and nothing else is ever signed.
 */
export async function createCredentials(now: number): Promise<Credentials> {
	const keys = webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	// The library wants its polyfill first; the keys are made meanwhile.
	await import('reflect-metadata');
	const x509 = await import('@peculiar/x509');
	const {privateKey, publicKey} = await keys;
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		notBefore: new Date(now - 3600 * 1000),
		notAfter: new Date(now - 3600 * 1000 + validFor),
		signingAlgorithm: algorithm,
		name: 'CN=endpoint-lab',
		keys: {privateKey, publicKey},
		extensions: [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			// Python 3.13 takes no authority without one.
			await x509.SubjectKeyIdentifierExtension.create(publicKey),
			new x509.SubjectAlternativeNameExtension([
				{type: 'dns', value: 'localhost'},
				{type: 'ip', value: '127.0.0.1'},
				{type: 'ip', value: '::1'},
			]),
		],
	});
	const pem = certificate.toString('pem');
	return {
		caCertificate: pem,
		serverCertificate: pem,
		serverKey: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY'),
		token: randomBytes(32).toString('base64url'),
	};
}
