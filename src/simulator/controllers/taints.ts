import type {Node, Pod} from '../types.ts';

/** A node's taint; `timeAdded` is when it began to drive Pods away. */
export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number] & {timeAdded?: string};
type Toleration = NonNullable<Pod['spec']['tolerations']>[number];

/** True when a toleration covers a taint (component-helpers ToleratesTaint). */
export function tolerates({key, operator = 'Equal', value = '', effect}: Toleration, taint: Taint): boolean {
	if (effect && effect !== taint.effect) return false;
	if (key && key !== taint.key) return false;
	return operator === 'Exists' || value === (taint.value ?? '');
}
