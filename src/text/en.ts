/**
 * Every sentence of the interface in English, by the part that says it. This file decides which keys exist: a key that
 * another language lacks is a type error there.
 */
export const en = {
	cli: {
		error: (message: string) => `endpoint-lab: ${message}`,
		debugHint: 'Run it again with --debug to see where this comes from.',
		unexpected: (message: string) => `something went wrong inside the lab: ${message}`,
		didYouMean: (name: string) => ` Did you mean "${name}"?`,
		unknownCommand: (name: string) => `"${name}" is neither a command nor a lesson.`,
		unknownLesson: (name: string, lessons: string) => `there is no lesson "${name}"; there are: ${lessons}.`,
		unknownOption: (name: string) => `there is no option ${name}.`,
		unknownCluster: (name: string) => `there is no cluster "${name}"; this version has: embedded, auto.`,
		laterCluster: (name: string) =>
			`this version does not run lessons on "${name}" yet; use --cluster embedded, which needs nothing installed.`,
		unknownLanguage: (name: string, languages: string) => `there is no language "${name}"; there are: ${languages}.`,
		missingArgument: (name: string) => `${name} is missing.`,
		optionNeedsValue: (flags: string) => `the option ${flags} needs a value.`,
		tooManyArguments: 'these are too many arguments.',
		wrongPort: (value: string) => `"${value}" is not a port; use a number from 1 to 65535.`,
		wrongStep: (value: string, steps: string) => `there is no step "${value}"; there are: ${steps}.`,
		stepNeedsLesson: 'the option --step needs a lesson: endpoint-lab LESSON --step N.',
		resetNeedsLesson: 'the option --reset needs a lesson: endpoint-lab LESSON --reset.',
		seeHelp: (command: string) => ` See ${command} --help.`,
		noTerminal: (lesson: string) =>
			`the lab needs a terminal, and this is none. Without one, play a lesson instead: endpoint-lab play ${lesson}`,
		labRuns: (pid: number) =>
			`a lab is open already (process ${pid}). Join its cluster with "endpoint-lab shell", or open a second lab with its own state: ENDPOINT_LAB_HOME=FOLDER endpoint-lab`,
		homeUnusable: (folder: string, reason: string) =>
			`the folder ${folder} cannot be used (${reason}). Set ENDPOINT_LAB_HOME to one that you can write to.`,
		damaged: (file: string, reason: string, movedTo: string) =>
			`${file} could not be read (${reason}); it is kept as ${movedTo}, and the lab goes on without it.`,
		damageReasons: {
			empty: 'it is empty',
			cut: 'it ends too early',
			version: 'another version of endpoint-lab wrote it',
			content: 'it holds something else',
		},
		resetDone: (lesson: string) => `The lesson "${lesson}" starts from its beginning.`,
		list: {
			empty: 'There are no lessons.',
			notStarted: 'not started',
			started: (solved: number, steps: number) => `${solved} of ${steps} steps`,
			done: 'done',
			minutes: (minutes: number) => `${minutes} min`,
			start: (lesson: string) => `Start one with: endpoint-lab ${lesson}`,
		},
		up: {
			running: 'The embedded cluster runs. In another terminal, use it with these lines:',
			already: (command: string, pid: number) => `The embedded cluster runs already (${command}, process ${pid}).`,
			otherPort: (port: number) =>
				`the embedded cluster runs already, on port ${port}. Stop it first: endpoint-lab down`,
			stay: 'Ctrl-C stops it; its state is kept.',
			stopped: 'The embedded cluster is stopped; its state is kept.',
			detached: (pid: number) => `It runs in the background (process ${pid}); "endpoint-lab down" stops it.`,
			detachFailed: (reason: string, log: string) =>
				`the cluster did not start: ${reason || 'it ended without a word'}. Its log: ${log}`,
		},
		down: {
			nothing: 'No cluster is running.',
			stopped: (pid: number) => `Stopped the embedded cluster (process ${pid}); its state is kept.`,
			killed: (pid: number) => `Stopped the embedded cluster (process ${pid}) by force, since it did not answer.`,
			deleted: 'Its state is deleted.',
			belongsToLab: (command: string, pid: number) =>
				`the cluster belongs to "${command}" (process ${pid}); end that to stop it.`,
		},
		status: {
			nothing: 'No cluster is running. Start one with: endpoint-lab up',
			silent: (pid: number) =>
				`Process ${pid} holds the embedded cluster, but it does not answer. Stop it with: endpoint-lab down`,
			starting: (pid: number) => `The embedded cluster is starting (process ${pid}).`,
			labels: {
				cluster: 'cluster',
				runs: 'runs in',
				since: 'since',
				server: 'server',
				kubeconfig: 'kubeconfig',
				gateway: 'gateway',
				objects: 'objects',
				home: 'state',
			},
			runsIn: (command: string, pid: number) => `${command} (process ${pid})`,
			objects: (ready: number, pods: number, services: number) => `${pods} Pods (${ready} ready), ${services} Services`,
		},
		shell: {
			nested: 'this already is a shell of the lab; leave it with "exit".',
			noShell: 'no shell was found: set SHELL to one.',
			welcome: (title: string) =>
				`A shell in the lab's cluster (${title}). kubectl and curl SERVICE reach it; "exit" leaves.`,
		},
		help: {
			usage: 'Usage:',
			arguments: 'Arguments:',
			options: 'Options:',
			commands: 'Commands:',
			examples: 'Examples:',
			exitCodes: 'Exit codes:',
			program: 'See in your terminal how Kubernetes finds the Pods behind a Service.',
			lab: 'open the full-screen lab (without LESSON: choose one)',
			list: 'list the lessons and your progress',
			play: 'play a lesson through its own commands, without a screen',
			test: 'prove that lessons work: their checks fail before their commands and hold after them',
			up: 'run the cluster without a lesson, and print how to use it',
			down: 'stop the cluster that "up" runs',
			status: 'show which cluster runs, and where',
			shell: 'open your own shell in the cluster, with kubectl and curl wired to it',
			kubectl: 'the built-in kubectl, for machines without one',
			lesson: 'a lesson, as "endpoint-lab list" names it',
			lessons: 'lessons; all without one',
			help: 'show this help',
			version: 'show the version',
			debug: 'on an error, show where it comes from',
			cluster: 'where lessons run: embedded, auto (kind and context:NAME come later)',
			lang: 'language: en or zh-CN (else ENDPOINT_LAB_LANG, else the locale)',
			json: 'one JSON object a line',
			jsonDocument: 'as JSON',
			step: 'go to a step, by number or name; the steps before it are done for you',
			reset: 'start the lesson again from its beginning',
			detach: 'leave it running in the background',
			port: 'port of the API server (else the last one, else a free one)',
			delete: 'also delete the state of the embedded cluster',
			codes: [
				'0    it worked',
				'1    it did not: a check stayed false, a cluster did not start',
				'2    the command line cannot be understood',
				'130  interrupted with Ctrl-C',
			],
		},
	},
	clusters: {
		title: (version: string) => `SIMULATED ${version}`,
		portInUse: (port: number) =>
			`port ${port} is in use by another program. Choose another with --port, or leave --port away.`,
		portNotAllowed: (port: number) => `this user may not listen on port ${port}; choose one from 1024 up.`,
		startFailed: (reason: string) => `the embedded cluster could not start: ${reason}`,
		silent: (pid: number) =>
			`process ${pid} holds the embedded cluster, but it does not answer. Stop it with: endpoint-lab down`,
		died: (reason: string) => `the embedded cluster stopped: ${reason}`,
		noLineShell: 'no POSIX shell (bash or sh) was found on PATH; install one (on Windows: WSL, or Git for Windows).',
	},
	engine: {},
	observe: {},
	plain: {},
	screen: {},
};
