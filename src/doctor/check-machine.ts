import {compareVersions, kubernetesOfImage, newestKind, nodeImageFor} from '../clusters/kind/node-image.ts';
import type {Text} from '../text/text.ts';
import type {Facts} from './facts.ts';
import {type Finding, fail, ok, skipped, warn} from './finding.ts';
import {installKubectl, installPackage, setVariable, unsetVariables} from './remedies.ts';
import {sizeText} from './sizes.ts';

const everywhere = ['embedded', 'kind', 'context'] as const;

/** The Kubernetes that all clusters of the lab are, and its minor version. */
const kubernetes = '1.36';
const kubernetesMinor = 36;

/** Less than this, and not even a lesson's state can be kept. Bytes. */
const leastHome = 20_000_000;

/** The folder of the lab's state, and the labs that use it. */
export function checkHome({home, system}: Facts, text: Text): Finding[] {
	const words = text.doctor;
	const elsewhere = [
		setVariable(system, 'ENDPOINT_LAB_HOME', system.os === 'windows' ? 'C:\\lab' : '/tmp/endpoint-lab'),
	];
	const findings: Finding[] = [];
	const free = home.free === undefined ? '' : sizeText(home.free);
	if (home.unwritable) {
		const seen = words.homeUnwritable(home.folder, home.unwritable);
		return [fail('home-unwritable', [...everywhere], seen, words.homeUnwritableFix, elsewhere)];
	}
	if (home.free !== undefined && home.free < leastHome) {
		findings.push(fail('home-full', [...everywhere], words.homeFull(home.folder, free), words.homeFullFix, elsewhere));
	} else {
		findings.push(ok('home', home.exists ? words.home(home.folder, free) : words.homeAbsent(home.folder)));
	}
	if (home.open) {
		const close = [`chmod 700 ${home.folder}`];
		findings.push(warn('home-open', words.homeOpen(home.folder), words.homeOpenFix, close));
	}
	for (const {file, reason} of home.damaged) {
		const seen = words.homeDamaged(file, text.cli.damageReasons[reason]);
		findings.push(warn('home-damaged', seen, words.homeDamagedFix));
	}
	return [...findings, ...checkLabs({home, system}, text)];
}

function checkLabs({home, system}: Pick<Facts, 'home' | 'system'>, text: Text): Finding[] {
	const words = text.doctor;
	const {lab, cluster, kindCluster, kindUnfinished, staleLocks} = home;
	const findings: Finding[] = [];
	if (lab) {
		const folder = system.os === 'windows' ? 'C:\\other-lab' : '/tmp/other-lab';
		const another = [setVariable(system, 'ENDPOINT_LAB_HOME', folder)];
		findings.push(warn('labs-open', words.labRuns(lab.command, lab.pid), words.labRunsFix, another));
	}
	if (cluster) findings.push(ok('labs-cluster', words.clusterRuns(cluster.command, cluster.pid)));
	if (kindCluster) findings.push(ok('labs-kind', words.kindRuns(kindCluster.command, kindCluster.pid)));
	if (kindUnfinished) findings.push(ok('labs-kind-unfinished', words.kindUnfinished));
	if (staleLocks.length > 0) findings.push(ok('labs-stale-lock', words.locksStale(staleLocks.join(', '))));
	return findings.length > 0 ? findings : [ok('labs', words.locks)];
}

/** What every lesson needs of the machine, wherever it runs. */
export function checkPrograms(facts: Facts, text: Text): Finding[] {
	const words = text.doctor;
	const {node, loopback, shell, curl, system, lessonsProblem} = facts;
	return [
		...(lessonsProblem
			? [
					fail(
						'lessons-unreadable',
						[...everywhere],
						words.lessonsUnreadable(lessonsProblem),
						words.lessonsUnreadableFix,
						['npm install --global endpoint-lab'],
					),
				]
			: []),
		compareVersions(node, '22.18') < 0
			? fail('node-old', [...everywhere], words.nodeOld(node), words.nodeOldFix, [
					'npx -y -p node@24 -p endpoint-lab endpoint-lab',
				])
			: ok('node', words.node(node)),
		loopback
			? fail('loopback-refused', [...everywhere], words.loopbackRefused(loopback), words.loopbackRefusedFix)
			: ok('loopback', words.loopback),
		shell
			? ok('shell', words.shell(shell))
			: fail('shell-absent', [...everywhere], words.shellAbsent, words.shellAbsentFix, installPackage(system, 'bash')),
		...(curl ? [] : [warn('curl-absent', words.curlAbsent, words.curlAbsentFix, installPackage(system, 'curl'))]),
		checkKubectl(facts, text),
	];
}

function checkKubectl({kubectl, system}: Facts, text: Text): Finding {
	const words = text.doctor;
	if (!kubectl) return ok('kubectl-built-in', words.kubectlBuiltIn);
	const {path, version} = kubectl;
	if (!version) {
		return warn('kubectl-broken', words.kubectlBroken(path), words.kubectlBrokenFix, ['kubectl version --client']);
	}
	const minor = Number(/^1\.(\d+)/.exec(version)?.[1]);
	// Kubernetes supports a kubectl within one minor version of the server.
	if (!(Math.abs(minor - kubernetesMinor) <= 1)) {
		const seen = words.kubectlSkew(version, kubernetes);
		const newest = kubernetesOfImage(nodeImageFor(newestKind)) ?? kubernetes;
		return warn('kubectl-skew', seen, words.kubectlSkewFix, installKubectl(system, newest));
	}
	return ok('kubectl', words.kubectl(version, path));
}

/** What the full-screen lab needs of the terminal; everything else of the lab works without. */
export function checkTerminal({terminal, system}: Facts, text: Text): Finding[] {
	const words = text.doctor;
	const {input, output, columns, rows, colourDepth, utf8, dumb, ci} = terminal;
	if (!input || !output) {
		return [warn('terminal-absent', words.terminalAbsent, words.terminalAbsentFix, ['endpoint-lab play endpoints'])];
	}
	const findings: Finding[] = [];
	if (columns < 80 || rows < 24) {
		findings.push(warn('terminal-small', words.terminalSmall(columns, rows), words.terminalSmallFix));
	}
	if (dumb) {
		const able = [setVariable(system, 'TERM', 'xterm-256color')];
		findings.push(warn('terminal-dumb', words.terminalDumb, words.terminalDumbFix, able));
	}
	if (!utf8) {
		const locale = [setVariable(system, 'LANG', 'C.UTF-8')];
		findings.push(warn('terminal-not-utf8', words.terminalNotUtf8, words.terminalNotUtf8Fix, locale));
	}
	if (findings.length > 0) return findings;
	return [ok('terminal', words.terminal(columns, rows, words.colours(colourDepth), ci))];
}

/** The machine itself, and what its network asks for. */
export function checkSystem({system, recentMatch}: Pick<Facts, 'system' | 'recentMatch'>, text: Text): Finding[] {
	const words = text.doctor;
	const {name, architecture, cpus, memory, wsl} = system;
	const findings = [ok('system', words.system(name, architecture, cpus, sizeText(memory)))];
	if (architecture !== 'amd64' && architecture !== 'arm64') {
		const seen = words.architectureUnsupported(architecture);
		const instead = ['endpoint-lab --cluster embedded'];
		findings.push(fail('architecture-unsupported', ['kind'], seen, words.architectureUnsupportedFix, instead));
	}
	if (wsl === 1) {
		const convert = ['wsl --list --verbose', 'wsl --set-version DISTRIBUTION 2'];
		findings.push(fail('wsl-1', ['kind'], words.wsl1(name), words.wsl1Fix, convert));
	}
	if (wsl === 2 && recentMatch === false) {
		findings.push(warn('wsl-no-recent', words.wslRecent, words.wslRecentFix, ['wsl --update', 'wsl --shutdown']));
	}
	return findings;
}

/** Proxy variables, which kind bakes into the nodes. Their values are secrets and are never shown. */
export function checkProxies({proxies, system}: Facts, text: Text): Finding[] {
	const words = text.doctor;
	if (proxies.length === 0) return [ok('proxy', words.proxies)];
	const remove = (some: {name: string}[]) => [
		unsetVariables(
			system,
			some.map(({name}) => name),
		),
	];
	const names = (some: {name: string}[]) => some.map(({name}) => name).join(', ');
	const malformed = proxies.filter(({wellFormed}) => !wellFormed);
	const local = proxies.filter(({local}) => local);
	return [
		warn('proxy-set', words.proxiesSet(names(proxies)), words.proxiesSetFix, remove(proxies)),
		...(malformed.length > 0
			? [warn('proxy-malformed', words.proxyMalformed(names(malformed)), words.proxyMalformedFix, remove(malformed))]
			: []),
		...(local.length > 0
			? [warn('proxy-local', words.proxyLocal(names(local)), words.proxyLocalFix, remove(local))]
			: []),
	];
}

/** The clusters that the user has already. */
export function checkContexts({contexts}: Facts, text: Text): Finding[] {
	const words = text.doctor;
	if (contexts === undefined) {
		const look = ['kubectl config view'];
		return [fail('contexts-unreadable', ['context'], words.contextsUnreadable, words.contextsUnreadableFix, look)];
	}
	return [contexts === 0 ? skipped('contexts-none', words.contextsNone) : ok('contexts', words.contexts(contexts))];
}
