import {KubectlError} from '../errors.ts';
import type {KubeObject} from '../objects.ts';
import {defaultContainer, podOf} from '../pod-of.ts';
import type {Command, Session} from '../session.ts';
import {stream, streamFlags, terminalFor} from '../streams.ts';

/** Attaches to a container's first process, as attach and run do (kubectl/pkg/cmd/attach). */
export async function attachTo(session: Session, pod: KubeObject, container: string): Promise<void> {
	const {flags} = session;
	const stdin = flags.on('stdin');
	const tty = terminalFor(session);
	if (!flags.on('quiet')) {
		session.error(
			'All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.',
		);
		session.error("If you don't see a command prompt, try pressing enter.");
	}
	const status = await stream(session, {pod, container, subresource: 'attach', stdin, tty});
	if (status?.status === 'Failure') throw new KubectlError(status.message ?? 'the connection ended');
	const {restartPolicy} = pod.spec as {restartPolicy?: string};
	if (stdin && tty && restartPolicy === 'Always') {
		const {name, namespace} = pod.metadata;
		const where = flags.given('namespace') ? ` -n ${namespace}` : '';
		session.print(
			`Session ended, resume using 'kubectl attach ${name} -c ${container}${where} -i -t' command when the pod is running`,
		);
	}
}

/** `kubectl attach`. */
export const command: Command = {
	summary: 'Attach to a running container',
	usage: 'kubectl attach (POD | TYPE/NAME) -c CONTAINER [options]',
	flags: streamFlags,
	async run(session) {
		const {flags} = session;
		const [target, ...rest] = session.arguments;
		if (!target) throw new KubectlError('at least 1 argument is required for attach');
		if (rest.length > 0)
			throw new KubectlError(
				`expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${rest.length + 1}: [${session.arguments.join(' ')}]`,
			);
		const {pod} = await podOf(session, target, 'cannot attach to');
		const {phase = ''} = (pod.status ?? {}) as {phase?: string};
		if (phase === 'Succeeded' || phase === 'Failed') {
			throw new KubectlError(`cannot attach a container in a completed pod; current phase is ${phase}`);
		}
		const chosen = defaultContainer(pod);
		if (!flags.text('container') && chosen.note && !flags.on('quiet')) session.error(chosen.note);
		await attachTo(session, pod, flags.text('container') || chosen.name);
		return 0;
	},
};
