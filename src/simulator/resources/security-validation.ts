import type {Cause} from '../errors.ts';
import type {Container, PodSpec} from '../types.ts';
import {invalidValue, notSupported, required} from './field-error.ts';

// What a client can get wrong in the security context of a Pod or a container (k/k pkg/apis/core/validation/validation.go).

type Profile = {type?: string; localhostProfile?: string};
type Context = {
	runAsUser?: number;
	runAsGroup?: number;
	fsGroup?: number;
	supplementalGroups?: number[];
	privileged?: boolean;
	allowPrivilegeEscalation?: boolean;
	fsGroupChangePolicy?: string;
	seccompProfile?: Profile;
};

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const maxId = 2 ** 31 - 1;

const validateId = (id: number | undefined, field: string): Cause[] =>
	id !== undefined && (id < 0 || id > maxId)
		? [invalidValue(field, id, `must be between 0 and ${maxId}, inclusive`)]
		: [];

function validateSeccomp(profile: Profile | undefined, field: string): Cause[] {
	if (!profile) return [];
	const {type, localhostProfile} = profile;
	const causes: Cause[] = [];
	if (!type) causes.push(required(`${field}.type`, 'type is required when seccompProfile is set'));
	else if (!profileTypes.includes(type)) causes.push(notSupported(`${field}.type`, type, profileTypes));
	if (type === 'Localhost' && localhostProfile === undefined)
		causes.push(required(`${field}.localhostProfile`, 'must be set when seccomp type is Localhost'));
	return causes;
}

/** The security context of a Pod (validatePodSpecSecurityContext). */
export function validatePodSecurity(spec: PodSpec, field: string): Cause[] {
	const context = spec.securityContext as Context | undefined;
	if (!context) return [];
	const policies = ['Always', 'OnRootMismatch'];
	return [
		...validateId(context.fsGroup, `${field}.fsGroup`),
		...validateId(context.runAsUser, `${field}.runAsUser`),
		...validateId(context.runAsGroup, `${field}.runAsGroup`),
		...(context.supplementalGroups ?? []).flatMap((id, i) => validateId(id, `${field}.supplementalGroups[${i}]`)),
		...(context.fsGroupChangePolicy === undefined || policies.includes(context.fsGroupChangePolicy)
			? []
			: [notSupported(`${field}.fsGroupChangePolicy`, context.fsGroupChangePolicy, policies)]),
		...validateSeccomp(context.seccompProfile, `${field}.seccompProfile`),
	];
}

/** The security context of a container (ValidateSecurityContext). */
export function validateContainerSecurity(container: Container, field: string): Cause[] {
	const context = container.securityContext as Context | undefined;
	if (!context) return [];
	const causes = [
		...validateId(context.runAsUser, `${field}.runAsUser`),
		...validateId(context.runAsGroup, `${field}.runAsGroup`),
		...validateSeccomp(context.seccompProfile, `${field}.seccompProfile`),
	];
	if (context.allowPrivilegeEscalation === false && context.privileged) {
		const text = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
		causes.push(invalidValue(field, context, text));
	}
	return causes;
}
