import {expect, test} from 'vitest';
import {type KindFailureCode, kindFailureIn} from '../../src/clusters/kind/kind-failure.ts';
import {languages, textIn} from '../../src/text/text.ts';
import {kindTranscript} from '../fakes/transcripts.ts';

test.each<[string, KindFailureCode]>([
	['create-exists', 'exists'],
	['create-pull-dns-failure', 'image-offline'],
	['create-pull-rate-limit', 'image-limit'],
	['create-port-in-use', 'port'],
	['create-no-space', 'no-space'],
	['create-logline-timeout', 'boot'],
	['create-kubeadm-init-failed', 'control-plane'],
	['create-retain-failed', 'control-plane'],
	['create-rootless-cgroupv1', 'cgroup-v2'],
	['create-rootless-no-delegate', 'delegate'],
	['bad-name', 'config'],
	['bad-flag', 'config'],
	['config-missing', 'config'],
	['config-unknown-field', 'config'],
	['config-bad-proxy-mode', 'config'],
	['create-stale-lock', 'locked'],
	['no-runtime-installed', 'absent'],
	['daemon-down-docker28', 'stopped'],
	['daemon-down-docker28-create', 'stopped'],
	['load-content-digest-not-found', 'digest'],
	['quiet-failure-prints-nothing', 'unknown'],
])('what kind really wrote is recognised: %s is %s', (name, code) => {
	expect(kindFailureIn(kindTranscript(name).stderr).code).toBe(code);
});

const created = 'ERROR: failed to create cluster: ';

test.each<[KindFailureCode, string]>([
	[
		'no-permission',
		'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
	],
	['no-permission', 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock'],
	[
		'stopped',
		'failed to connect to the docker API at unix:///x.sock; check if the path is correct and if the daemon is running',
	],
	['wrong-context', 'Failed to initialize: unable to resolve docker endpoint: context "x": context not found'],
	[
		'image-untrusted',
		'failed to pull image "kindest/node:v1": … tls: failed to verify certificate: x509: certificate signed by unknown authority',
	],
	[
		'image-not-found',
		'failed to pull image "kindest/node:v9": … manifest for kindest/node:v9 not found: manifest unknown',
	],
	['inotify', 'failed to init node with kubeadm: … Failed to create inotify object: Too many open files'],
	[
		'join',
		'failed to join node with kubeadm: command "docker exec --privileged lab-worker kubeadm join" failed with error: exit status 1',
	],
	['memory', 'failed to join node with kubeadm: command "docker exec" failed with error: exit status 137'],
	['wsl-cgroups', 'runc create failed: error adding pid 4711 to cgroups'],
	['network', 'failed to ensure docker network: command "docker network create" failed'],
	['busy', 'could not kill container: tried to kill container, but did not receive an exit event'],
	['podman-6', 'template: :1:24: cannot index slice/array with type string'],
	['kind-too-old', 'failed to load image: unknown containerd config version: 4'],
	[
		'control-plane',
		'failed to init node with kubeadm: … OCI runtime exec failed: exec: "iptables": executable file not found in $PATH',
	],
	['init', "could not find a log line … ERROR: Couldn't find an alternative telinit implementation to spawn."],
])('%s: %s', (code, words) => {
	expect(kindFailureIn(`${created}${words}`).code).toBe(code);
});

test('an output of kilobytes, with JSON before the reason, hides nothing', () => {
	const noise = `{"ID":"","Warnings":${JSON.stringify('x'.repeat(20_000))}}`;
	const log = `${created}failed to get docker info: exit status 1\n\nCommand Output: ${noise}\nCannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n`;
	expect(kindFailureIn(log)).toEqual({
		code: 'stopped',
		detail: 'Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?',
	});
});

test('what nobody knows is told by its last line', () => {
	expect(kindFailureIn('Creating cluster …\nERROR: failed to create cluster: the moon is full\n')).toEqual({
		code: 'unknown',
		detail: 'ERROR: failed to create cluster: the moon is full',
	});
});

test.each(languages)('every failure has a sentence of its own in %s', language => {
	const {failures} = textIn(language).clusters.kind;
	const sentences = Object.values(failures).map(words => (typeof words === 'string' ? words : words('X')));
	expect(new Set(sentences).size).toBe(sentences.length);
});
