import {spawnSync} from 'node:child_process';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {type Cluster, startCluster} from '../api/harness.ts';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
});
afterAll(() => cluster.close());

/** What stock kubectl prints, on both streams. */
async function kubectl(command: string, input = ''): Promise<string> {
	const {stdout, stderr} = await cluster.kubectl(...command.split(' '), ...(input ? [{input}] : []));
	return [stdout, stderr].filter(Boolean).join('\n').trim();
}

const apply = (manifest: string) => kubectl('apply -f -', manifest);
const warning = 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';

const endpoints = (ip: string, port: number, extra = '') => `
apiVersion: v1
kind: Endpoints
metadata: {name: bad}
subsets:
- addresses: [{ip: ${ip}${extra}}]
  ports: [{port: ${port}}]
`;

const deployment = (fields: string, container = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  ${fields}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: nginx${container}}]}
`;

describe.skipIf(!hasKubectl)('what kubectl says about Endpoints that are wrong, as on a real cluster', () => {
	it('an address of the loopback range', async () => {
		expect(await apply(endpoints('127.0.0.1', 80))).toBe(
			`${warning}\nThe Endpoints "bad" is invalid: subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)`,
		);
	});

	it('a name where an address belongs', async () => {
		expect(await apply(endpoints('db.example.com', 80))).toBe(
			[
				warning,
				'The Endpoints "bad" is invalid: ',
				'* subsets[0].addresses[0].ip: Invalid value: "db.example.com": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
				'* subsets[0].addresses[0].ip: Invalid value: "db.example.com": must be a valid IP address',
			].join('\n'),
		);
	});

	it('a port that is too high', async () => {
		expect(await apply(endpoints('10.0.0.1', 70000))).toBe(
			`${warning}\nThe Endpoints "bad" is invalid: subsets[0].ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive`,
		);
	});

	it('a field that does not exist', async () => {
		expect(await apply(endpoints('10.0.0.1', 80, ', foo: bar'))).toBe(
			`${warning}\nError from server (BadRequest): error when creating "STDIN": Endpoints in version "v1" cannot be handled as a Endpoints: strict decoding error: unknown field "subsets[0].addresses[0].foo"`,
		);
	});

	it('a kind that does not exist', async () => {
		expect(await apply(endpoints('10.0.0.1', 80).replace('Endpoints', 'Endpoint'))).toBe(
			'error: resource mapping not found for name: "bad" namespace: "" from "STDIN": no matches for kind "Endpoint" in version "v1"\nensure CRDs are installed first',
		);
	});
});

describe.skipIf(!hasKubectl)('what kubectl says about a Deployment that is wrong', () => {
	it('a text where a number belongs', async () => {
		expect(await apply(deployment('replicas: "2"'))).toBe(
			'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
		);
	});

	it('a number where a text belongs', async () => {
		expect(await apply(deployment('replicas: 2', ', env: [{name: A, value: 8080}]'))).toContain(
			'json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string',
		);
	});

	it('in an edit of one that is there, the patch is at fault', async () => {
		expect(await apply(deployment('replicas: 2'))).toBe('deployment.apps/web created');
		const answer = await apply(deployment('replicas: "3"'));
		expect(answer).toMatch(/^The request is invalid: patch: Invalid value: "map\[metadata:map\[annotations:map\[/);
		expect(answer).toMatch(/ spec:map\[replicas:3\]\]": unrecognized type: int32$/);
		expect(await apply(deployment('replica: 3'))).toMatch(/": strict decoding error: unknown field "spec\.replica"$/);
	});

	it('applied on the server, its schema is', async () => {
		expect(await kubectl('apply --server-side -f -', deployment('replica: 3'))).toBe(
			'Error from server: failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
		);
	});
});

describe.skipIf(!hasKubectl)('what a learner may ask for besides', () => {
	it('explanations of fields', async () => {
		const answer = await kubectl('explain service.spec.selector');
		expect(answer).toContain('FIELD: selector <map[string]string>');
		expect(answer.replaceAll(/\s+/g, ' ')).toContain(
			'Route service traffic to pods with label keys and values matching this selector.',
		);
	});

	it('kinds that are only there by name', async () => {
		expect(await kubectl('get statefulsets,daemonsets,jobs,cronjobs,hpa,ingresses')).toBe(
			'No resources found in default namespace.',
		);
		expect(await kubectl('create job once --image=busybox')).toBe(
			'error: failed to create job: Job.batch "once" is invalid: kind: Unsupported value: "Job": the embedded cluster does not simulate jobs; use a Pod with restartPolicy Never, or a kind cluster (endpoint-lab --cluster kind)',
		);
	});
});
