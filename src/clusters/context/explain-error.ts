import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {CredentialPluginError} from '../credential-plugin.ts';
import {KubeApiError} from '../kube-api.ts';
import type {FrozenContext} from './frozen-context.ts';

/** An error of the API server, the network or a credential plugin in the learner's words. */
export function explainError(error: unknown, {name, server}: FrozenContext, text: Text): UserError {
	if (error instanceof UserError) return error;
	if (error instanceof CredentialPluginError)
		return new UserError(text.context.plugin[error.reason](name, error.command, error.message));
	if (error instanceof KubeApiError && error.status === 401)
		return new UserError(text.context.unauthorized(name, server));
	if (error instanceof KubeApiError) return new UserError(text.context.refused(name, server, error.message));
	return new UserError(text.context.unreachable(name, server, innermost(error, text)));
}

/** The reason at the bottom of an error of the network or of a credential plugin. */
function innermost(error: unknown, text: Text): string {
	let inner = error;
	while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
	if (inner instanceof AggregateError && inner.errors[0] instanceof Error) inner = inner.errors[0];
	if (inner instanceof Error && inner.name === 'TimeoutError') return text.context.noAnswer;
	return inner instanceof Error ? inner.message || inner.name : String(inner);
}
