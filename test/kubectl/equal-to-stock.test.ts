import {spawnSync} from 'node:child_process';
import {copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, it} from 'vitest';
import {type Outcome, startTestCluster, type TestCluster} from './cluster.ts';
import {normalise} from './normalise.ts';

process.env.TZ = 'UTC';

const hasStock = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasStock) console.warn('SKIPPED: no stock kubectl on PATH to compare the built-in one with');

const cwd = join(import.meta.dirname, '../fixtures/kubectl/manifests');

/** The words of a line; single quotes keep spaces. */
const words = (line: string) => [...line.matchAll(/(?:[^\s']+|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));

// Each line runs with stock kubectl in one namespace and with ours in another; `<` gives stdin, `!` the editor.
const script = `
apply -f web.yaml
wait --for=condition=Available deploy/web --timeout=60s
rollout status deploy/web --timeout=60s
apply -f web.yaml
get all
get pods -o wide
get pods --show-labels -L app,nothing
get pods --no-headers
get pods -l app=nope
get pods,svc -l app=nope
get pods -l app=nope -o yaml
get pods -l app=nope -o name
get svc web -o yaml
get svc web -o json
get svc -o name
get deploy,svc -o name
get svc web nope
get svc nope web -o name
get svc/web deploy/web
get svc web deploy/web
get pod,svc web
get svc --sort-by=.metadata.name
get svc --sort-by=.metadata.nope
get svc web -o jsonpath='{range .spec.ports[*]}{.name}={.port};{end}'
get svc web -o jsonpath='{.spec.ports[?(@.name=="tls")].port}'
get svc web -o jsonpath='{.spec.selector}'
get svc web -o jsonpath='{.spec'
get svc -o custom-columns=NAME:.metadata.name,PORTS:.spec.ports[*].port,NONE:.x.y
get svc web -o jsonpath='{.spec.ports[0]["port"]}'
get svc web -o jsonpath='{nope}'
get svc web -o jsonpath='{end}'
get svc web -o jsonpath='{range .items}'
get svc web -o go-template='{{.metadata.name}} {{.spec.ports}}{{"\\n"}}'
get svc web --template='{{range $i, $p := .spec.ports}}{{if $i}},{{end}}{{$p.name}}={{$p.port}}{{end}}'
get svc -o go-template='{{range .items}}{{.metadata.name}}{{"\\n"}}{{end}}'
get svc web -o go-template='{{range $k, $v := .spec.selector}}{{$k}}:{{$v}} {{else}}none{{end}}{{range .nope}}x{{else}}none{{end}}'
get svc web -o go-template='{{.nope}} {{.nope.deeper}}|{{with .nope}}x{{else}}y{{end}}'
get svc web -o go-template='{{.nope}}' --allow-missing-template-keys=false
get svc web -o go-template='a{{.spec.ports.x}}b'
get svc web -o go-template='{{len .spec.ports}} {{index .spec.ports 0}} {{index .spec.selector "app"}}'
get svc web -o go-template='{{index .spec.ports 7}}'
get svc web -o go-template='{{if eq .kind "x"}}a{{else if eq (index .spec.ports 0).port 80}}b{{else}}c{{end}}{{eq 80.0 1.5}}'
get svc web -o go-template='{{if and .spec (gt (len .spec.ports) 1) (not .nope)}}two{{end}}{{or .nope "none"}}'
get svc web -o go-template='{{printf "%s-%v-%5d|%-5s|%q %d %s %t" .kind 1.5 (len .spec.ports) "x" .kind 3 4 true}}'
get svc web -o go-template='{{printf "%s %s" .kind}}{{printf "%s" .kind 3}}'
get svc web -o go-template='{{- /* none */ -}}  {{ .kind -}}   end'
get svc web -o go-template='{{define "p"}}[{{.port}}]{{end}}{{range .spec.ports}}{{template "p" .}}{{end}}'
get svc web -o go-template='{{$n := .kind}}{{range .spec.ports}}{{$n}}{{$.kind}}{{break}}{{end}}'
get svc web -o go-template='{{exists . "spec" "ports"}}{{base64decode "aGk="}}{{html "<a>"}}{{print 1 2 "a" 3}}{{slice .kind 0 2}}'
get svc web -o go-template='{{.kind | printf "%s!" | len}} {{lt .kind 2}}'
get svc web -o go-template='{{nope .kind}}'
get svc web -o go-template='{{$x}}'
get svc web -o go-template='{{.kind'
get svc web -o go-template='{{end}}'
get svc web -o go-template='{{nil}}'
get svc web -o go-template
get pods -l '=bad='
events --for deploy/web
events --types=Warning
events --types=Nope
get svc -o nope
get -f web.yaml
get endpoints web
get endpointslices -l kubernetes.io/service-name=web
get pods --field-selector nope=1
get podz
get
get pods --nope
nope
get deploy web -o wide
get nodes
describe deploy web
describe rs
describe pod -l app=web
describe svc web
describe endpoints web
describe endpointslice -l kubernetes.io/service-name=web
describe cm settings
describe sa default
describe svc nope
describe svc we
describe svc web we
apply -f agent.yaml
rollout status ds/agent --timeout=60s
get ds
get ds -o wide
describe ds agent
rollout restart ds/agent
rollout status ds/agent --timeout=60s
rollout pause ds/agent
rollout status ds/agent --revision=7
delete ds agent
describe ns default
apply -f web-2.yaml
rollout status deploy/web --timeout=60s
rollout history deploy/web
rollout history deploy/web --revision=2
rollout undo deploy/web
rollout status deploy/web --timeout=60s
rollout undo deploy/web --to-revision=99
rollout pause deploy/web
rollout pause deploy/web
rollout resume deploy/web
rollout restart deploy/web
rollout restart svc/web
rollout status deploy/web --timeout=60s
rollout status svc/web
set image deploy/web nginx=nginx:1.17
set image deploy/web nope=nginx:1.17
rollout status deploy/web --timeout=60s
scale deploy web --replicas=1
scale deploy web --current-replicas=7 --replicas=2
scale svc web --replicas=2
scale deploy web
scale deploy/nope --replicas=3
set selector svc web app=other,tier=x
get svc web -o jsonpath='{.spec.selector}'
set selector svc web app=web
set selector deploy web a=b
label svc web x=y
label svc web x=z
label svc web x=z --overwrite
label svc web x-
label svc web nope-
label svc --all t=1
label svc web 'b=a b'
annotate svc web note=one
annotate svc web note=two
annotate svc web note-
get svc web -o jsonpath='{.metadata.labels}'
patch svc web -p '{"spec":{"sessionAffinity":"ClientIP"}}'
patch svc web -p '{"spec":{"sessionAffinity":"ClientIP"}}'
patch svc web --type=json -p '[{"op":"replace","path":"/spec/ports/0/port","value":81}]'
patch svc web --type merge -p '{"spec":{"ports":[{"port":70000}]}}'
patch svc nope -p '{}'
patch svc web --patch-file=nope.yaml
expose deploy web --name=web2 --port=8080 --target-port=http
expose deploy web --name=web3 --dry-run=client -o yaml
expose svc web
get svc web2 -o jsonpath='{.spec.ports}{.spec.selector}{.metadata.labels}'
create deploy a --image=nginx --replicas=2 --port=80
create deploy a --image=nginx
create deploy b
create deploy b --image=nginx --dry-run=client -o yaml -- sleep 1
get deploy a -o jsonpath='{.spec.template.spec.containers[0].name}{.spec.template.spec.containers[0].ports}'
create service clusterip s --tcp=80:8080
create service nodeport s2 --tcp=80 --dry-run=client -o yaml
create cm c --from-literal=a=1 --from-literal=b='x y' --from-file=bad.yaml
get cm c -o yaml
create cm c --from-literal=a
create -f web.yaml
create -f nope.yaml
create sa robot
create serviceaccount robot
create -f - < words
apply -f endpoints.yaml
describe svc outside
describe endpoints outside
apply -f bad.yaml
apply -f endpoints.yaml --server-side
apply -f endpoints.yaml -o yaml --dry-run=client
apply -f unknown-kind.yaml
apply -f unknown-field.yaml
apply -f endpoints.yaml --dry-run=client
apply -f endpoints.yaml --dry-run=server
apply -f endpoints.yaml -o name
apply
run p --image=nginx --labels=a=b --port=80 --env=X=1
run p2 --image=nginx --dry-run=client -o yaml -- sleep 1
wait --for=condition=Ready pod/p --timeout=60s
wait --for=jsonpath='{.status.phase}'=Running pod/p --timeout=60s
wait --for=condition=Ready pod/nope --timeout=1s
wait --for=nope pod/p
wait --for=delete pod/nope --timeout=1s
logs p
logs p --tail=1
logs nope
exec p -- hostname
exec p -- sh -c 'echo out; echo err >&2; exit 3'
exec nope -- ls
exec p
exec -i p -- cat < hello
port-forward nope 80
port-forward svc/outside 8080:80
explain svc.spec.ports
explain endpoints --recursive
explain svc.spec.type
explain svc.spec.nope
explain nope
api-resources
api-versions
config current-context
config view
config get-clusters
config get-users
top pods
edit svc web ! true
edit svc web ! sed -i s/ClientIP/None/
get svc web -o jsonpath='{.spec.sessionAffinity}'
delete svc web2 nope
delete svc nope --ignore-not-found
delete pod p --grace-period=0 --force
delete deploy a --dry-run=client
delete deploy a
delete deploy
delete
delete -f web.yaml
delete -f web.yaml
delete svc --all
`
	.trim()
	.split('\n');

const clean = ({code, stdout, stderr}: Outcome, namespace: string) => ({
	code,
	stdout: normalise(stdout, namespace),
	stderr: normalise(stderr, namespace),
});

// One test, since a second try has to begin with a cluster of its own.
it.skipIf(!hasStock)(
	'the built-in kubectl prints what stock kubectl prints',
	async () => {
		const folder = mkdtempSync(join(tmpdir(), 'kubectl-equal-'));
		const cluster = await startTestCluster();
		try {
			await makeNamespaces(cluster, folder);
			for (const line of script) {
				const {stock, ours} = await runBoth(line, cluster, folder);
				expect.soft({line, ...ours}).toEqual({line, ...stock});
			}
		} finally {
			await cluster.close();
			rmSync(folder, {recursive: true, force: true});
		}
	},
	600_000,
);

/** A namespace and a kubeconfig for each of the two. */
async function makeNamespaces(cluster: TestCluster, folder: string): Promise<void> {
	for (const namespace of ['stock', 'ours']) {
		const made = await cluster.run(['create', 'namespace', namespace]);
		expect(made).toMatchObject({code: 0, stdout: `namespace/${namespace} created\n`});
		const kubeconfig = join(folder, namespace);
		copyFileSync(cluster.kubeconfig, kubeconfig);
		const set = await cluster.run(['config', 'set-context', '--current', '--namespace', namespace], {
			environment: {KUBECONFIG: kubeconfig},
		});
		expect(set.code).toBe(0);
		await cluster.run(['wait', '--for=create', 'sa/default', '-n', namespace]);
	}
}

/** What the two print for a line, comparable. */
async function runBoth(line: string, cluster: TestCluster, folder: string) {
	const [, text = '', stdin, editor] = /^(.*?)(?: < (.*?))?(?: ! (.*))?$/.exec(line)!;
	const argv = words(text);
	const environment = (namespace: string) => ({
		KUBE_EDITOR: editor ?? 'true',
		KUBECONFIG: join(folder, namespace),
		TZ: 'UTC',
	});
	const stock = await execa('kubectl', argv, {
		cwd,
		input: stdin ?? '',
		env: environment('stock'),
		reject: false,
		stripFinalNewline: false,
	});
	const ours = await cluster.run(argv, {cwd, stdin, environment: environment('ours')});
	// Stock kubectl describes a ConfigMap's keys in the order of Go's maps, another one each time.
	const settle = (outcome: Outcome) =>
		text.startsWith('describe cm ') ? {...outcome, stdout: outcome.stdout.split('\n').sort().join('\n')} : outcome;
	return {
		stock: settle(clean({code: stock.exitCode, stdout: stock.stdout, stderr: stock.stderr}, 'stock')),
		ours: settle(clean(ours, 'ours')),
	};
}
