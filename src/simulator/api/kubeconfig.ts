import type {Credentials} from './credentials.ts';

/**
 * A kubeconfig with one cluster, user and context, all called `name`. It holds the bearer token: write it only where
 * nobody else can read.
 */
export function kubeconfigText({
	url,
	credentials,
	name = 'endpoint-lab',
	namespace,
}: {
	url: string;
	credentials: Credentials;
	name?: string;
	namespace?: string;
}): string {
	return `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(credentials.caCertificate).toString('base64')}
    server: ${url}
  name: ${name}
contexts:
- context:
    cluster: ${name}
${namespace ? `    namespace: ${namespace}\n` : ''}    user: ${name}
  name: ${name}
current-context: ${name}
users:
- name: ${name}
  user:
    token: ${credentials.token}
`;
}
