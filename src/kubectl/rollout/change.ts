import {resourceName} from '../discovery.ts';
import {KubectlError, throwAll} from '../errors.ts';
import {type Found, findObjects, patchObject, report} from '../mutation.ts';
import type {Session} from '../session.ts';

type Change = {patch: unknown; operation: string};

async function change(session: Session, args: string[], verb: string, make: (target: Found) => Change): Promise<void> {
	const {found, failures} = await findObjects(session, args, `kubectl rollout ${verb}`, {typeIsAll: true});
	for (const target of found) {
		try {
			const {patch, operation} = make(target);
			if (session.flags.text('dry-run') !== 'client') {
				await patchObject(session, target, {patch, type: 'strategic', manager: 'kubectl-rollout'});
			}
			report(session, target.object, operation);
		} catch (error) {
			failures.push(error);
		}
	}
	throwAll(failures);
}

const isPaused = ({object}: Found) => (object.spec as {paused?: boolean} | undefined)?.paused === true;

/** The error for what another kind, or the wrong state, is asked to do. */
const refused = ({resource, object}: Found, why: string) =>
	new KubectlError(`${resourceName(resource)} "${object.metadata.name}" ${why}`);

function mustBe(target: Found, kinds: string[], verb: string): void {
	if (!kinds.includes(target.resource.kind)) throw refused(target, `${verb} is not supported`);
}

/** Seconds precision and this machine's zone, as Go's RFC3339 writes the time. */
function timestamp(): string {
	const now = new Date();
	const minutes = -now.getTimezoneOffset();
	const local = new Date(now.getTime() + minutes * 60_000).toISOString().slice(0, 19);
	const two = (number: number) => String(number).padStart(2, '0');
	const zone =
		minutes === 0
			? 'Z'
			: `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
	return local + zone;
}

/** `kubectl rollout restart`. */
export const restart = (session: Session, args: string[]) =>
	change(session, args, 'restart', target => {
		mustBe(target, ['Deployment', 'DaemonSet', 'StatefulSet'], 'restarting');
		if (isPaused(target)) throw refused(target, "can't restart paused deployment (run rollout resume first)");
		const annotations = {'kubectl.kubernetes.io/restartedAt': timestamp()};
		return {patch: {spec: {template: {metadata: {annotations}}}}, operation: 'restarted'};
	});

/** `kubectl rollout pause`. */
export const pause = (session: Session, args: string[]) =>
	change(session, args, 'pause', target => {
		mustBe(target, ['Deployment'], 'pausing');
		if (isPaused(target)) throw refused(target, 'is already paused');
		return {patch: {spec: {paused: true}}, operation: 'paused'};
	});

/** `kubectl rollout resume`. */
export const resume = (session: Session, args: string[]) =>
	change(session, args, 'resume', target => {
		mustBe(target, ['Deployment'], 'resuming');
		if (!isPaused(target)) throw refused(target, 'is not paused');
		return {patch: {spec: {paused: null}}, operation: 'resumed'};
	});
