import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';

/** What a cluster's server and its clients identify themselves with; plain JSON, PEM texts. */
export type Credentials = {
	/** The authority that clients trust; the server's certificate itself, when that was made by this version. */
	caCertificate: string;
	serverCertificate: string;
	serverKey: string;
	/** The bearer token of the only user. */
	token: string;
};

/** Where a cluster's folder keeps them. */
export const credentialsFile = (folder: string): string => join(folder, 'credentials.json');

/** The folder's credentials, so that an old kubeconfig goes on working; new ones when there are none. */
export async function ownCredentials(folder: string, create: () => Promise<Credentials>): Promise<Credentials> {
	const file = credentialsFile(folder);
	try {
		const known = JSON.parse(readFileSync(file, 'utf8')) as Credentials;
		if (known.token && known.serverKey && known.serverCertificate && known.caCertificate) return known;
	} catch {
		// None yet, or damaged: new ones do the same service.
	}
	const made = await create();
	writeFileAtomic(file, JSON.stringify(made), {mode: 0o600});
	return made;
}
