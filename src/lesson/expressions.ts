import {Environment, EvaluationError, ParseError, TypeError as TypeCheckError} from '@marcbachmann/cel-js';
import schema from '../../lessons/lesson.schema.json' with {type: 'json'};
import type {Capability} from '../clusters/cluster.ts';
import type {RequestsView} from '../observe/request-counts.ts';
import type {Snapshot} from '../observe/snapshot.ts';
import {Deployment, Endpoints, Moment, Pod, Service, ServicePort, Slice, SliceAddress} from './moment.ts';
import {Requests} from './requests.ts';

/** Where a lesson runs, as far as its expressions may know: what the cluster can do, and the namespace. */
export type Place = {capabilities: ReadonlySet<Capability>; namespace: string};

/** What a lesson may ask of a cluster, in `needs` and in `can("…")`. */
const capabilities: readonly Capability[] = schema.definitions.needs.items.enum as Capability[];

/** Where a lesson is thought to run until a cluster is chosen. */
const anywhere: Place = {capabilities: new Set(capabilities), namespace: 'default'};

/** What an expression may look at. */
export type Moments = {
	now: Snapshot;
	/** Earlier snapshots, by name. */
	remembered: Record<string, Snapshot>;
	/** The requests when the step began; `requests(…)` leaves them out. */
	requestsBefore?: RequestsView;
	place?: Place | undefined;
};

/** A compiled CEL condition. What cannot be answered yet (no such Pod, nothing remembered) is not true. */
export type Condition = (moments: Moments) => boolean;

/** A compiled CEL expression, as text; undefined while it cannot be answered. */
export type TextExpression = (moments: Moments) => string | undefined;

/** An expression that does not compile. `offset` counts characters from the expression's start. */
export class ExpressionError extends Error {
	readonly offset: number;

	constructor(message: string, offset: number) {
		super(message);
		this.name = 'ExpressionError';
		this.offset = offset;
	}
}

/** The compiler for one lesson's expressions. Both functions throw ExpressionError. */
export type Expressions = {
	condition(source: string): Condition;
	text(source: string): TextExpression;
};

/** By name, since a minifier renames the classes themselves. */
const types = {Pod, Endpoints, ServicePort, Service, Deployment, SliceAddress, Slice, Requests, Moment};

/** An empty cluster: every expression is tried on it once, so that a bad label selector fails at load. */
const emptySnapshot: Snapshot = {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []};

/**
 * Makes the compiler: CEL (https://cel.dev) with the snapshot's objects as types, so that a misspelt name or a wrong
 * comparison fails when the lesson is loaded, not in front of a learner.
 */
export function createExpressions(watchedPods: string, rememberedNames: readonly string[]): Expressions {
	// CEL functions do not see the evaluation's variables; evaluation is synchronous, so the present moment can wait here.
	let now = new Moment(emptySnapshot, watchedPods);
	let requestsBefore: RequestsView | undefined;
	let place = anywhere;
	const can = (name: string) => {
		if (!capabilities.some(known => known === name)) {
			throw new Error(`there is no capability "${name}", only ${capabilities.join(', ')}`);
		}
		return place.capabilities.has(name as Capability);
	};
	const moments = new WeakMap<Snapshot, Moment>();
	const momentOf = (snapshot: Snapshot) => {
		const moment = moments.get(snapshot) ?? new Moment(snapshot, watchedPods);
		moments.set(snapshot, moment);
		return moment;
	};
	const environment = new Environment({unlistedVariablesAreDyn: false});
	for (const [name, ctor] of Object.entries(types)) environment.registerType(name, {ctor, fields: ctor.fields});
	environment
		.registerFunction('pods(string): list<Pod>', (selector: string) => now.podsWith(selector))
		.registerFunction('endpoints(string): Endpoints', (name: string) => now.endpoints(name))
		.registerFunction('service(string): Service', (name: string) => now.service(name))
		.registerFunction('deployment(string): Deployment', (name: string) => now.deployment(name))
		.registerFunction('slices(string): list<Slice>', (service: string) => now.slices(service))
		.registerFunction('requests(string): Requests', (service: string) => now.requests(service, requestsBefore))
		.registerFunction('Requests.from(string): Requests', (requests: Requests, client: string) => requests.from(client))
		.registerFunction('Requests.by(string): Requests', (requests: Requests, ip: string) => requests.by(ip))
		.registerFunction('Requests.last(int): Requests', (requests: Requests, count: bigint) => requests.last(count))
		.registerFunction('sum(list<int>): int', (numbers: bigint[]) => numbers.reduce((total, each) => total + each, 0n))
		.registerFunction('Moment.pods(string): list<Pod>', (at: Moment, selector: string) => at.podsWith(selector))
		.registerFunction('Moment.endpoints(string): Endpoints', (at: Moment, name: string) => at.endpoints(name))
		.registerFunction('Moment.service(string): Service', (at: Moment, name: string) => at.service(name))
		.registerFunction('Moment.deployment(string): Deployment', (at: Moment, name: string) => at.deployment(name))
		.registerFunction('Moment.slices(string): list<Slice>', (at: Moment, service: string) => at.slices(service))
		.registerFunction('Moment.requests(string): Requests', (at: Moment, service: string) => at.requests(service))
		.registerFunction('can(string): bool', can)
		.registerVariable('ownNamespace', 'string')
		.registerVariable('now', 'Moment');
	for (const name of rememberedNames) environment.registerVariable(name, 'Moment');

	const compile = (source: string) => {
		const run = parse(environment, source);
		const checked = run.check();
		if (!checked.valid) throw expressionError(checked.error ?? new Error('it has no type'));
		const evaluate = ({now: snapshot, remembered, requestsBefore: before, place: at}: Moments): unknown => {
			now = momentOf(snapshot);
			requestsBefore = before;
			place = at ?? anywhere;
			const context: Record<string, Moment | string> = {now, ownNamespace: place.namespace};
			for (const name in remembered) context[name] = momentOf(remembered[name]!);
			return run(context);
		};
		try {
			evaluate({now: emptySnapshot, remembered: {}});
		} catch (error) {
			if (!isUnanswerable(error)) throw expressionError(error);
		}
		return {type: String(checked.type), evaluate};
	};

	return {
		condition(source) {
			const {type, evaluate} = compile(source);
			if (type !== 'bool') throw new ExpressionError(`it must be true or false, but it is of type ${type}`, 0);
			return onceEach(moments => answer(() => evaluate(moments)) === true);
		},
		text(source) {
			const {evaluate} = compile(source);
			return onceEach(moments => {
				const value = answer(() => evaluate(moments));
				return value === undefined ? undefined : asText(value);
			});
		},
	};
}

/** Asks again only at another moment: judging and showing ask the same of the same five thousand Pods. */
function onceEach<T>(ask: (moments: Moments) => T): (moments: Moments) => T {
	let last: {moments: Moments; value: T} | undefined;
	return moments => {
		if (!last || !isSameMoment(last.moments, moments)) last = {moments, value: ask(moments)};
		return last.value;
	};
}

function isSameMoment(one: Moments, other: Moments): boolean {
	const names = Object.keys(one.remembered);
	return (
		one.now === other.now &&
		one.requestsBefore === other.requestsBefore &&
		one.place === other.place &&
		names.length === Object.keys(other.remembered).length &&
		names.every(name => one.remembered[name] === other.remembered[name])
	);
}

function parse(environment: Environment, source: string) {
	try {
		return environment.parse(source);
	} catch (error) {
		throw expressionError(error);
	}
}

function expressionError(error: unknown): ExpressionError {
	if (error instanceof ParseError || error instanceof TypeCheckError || error instanceof EvaluationError) {
		const cause = error.cause instanceof Error ? error.cause : undefined;
		return new ExpressionError(cause?.message ?? error.summary, error.range?.start ?? 0);
	}
	return new ExpressionError(error instanceof Error ? error.message : String(error), 0);
}

/** Codes that depend on the cluster's state, not on how the expression is written. */
const stateCodes = new Set(['unknown_variable', 'index_out_of_bounds', 'no_such_key']);

function isUnanswerable(error: unknown): boolean {
	return error instanceof EvaluationError && stateCodes.has(String(error.code));
}

function answer(evaluate: () => unknown): unknown {
	try {
		return evaluate();
	} catch (error) {
		if (isUnanswerable(error)) return undefined;
		throw error;
	}
}

/** Lists with commas, and labels as kubectl writes them: `app=web,tier=back`, or `–` where there are none. */
function asText(value: unknown): string {
	if (Array.isArray(value)) return value.map(asText).join(', ');
	if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
		return String(value);
	}
	const pairs = Object.entries(value).map(([key, item]) => `${key}=${asText(item)}`);
	return pairs.join(',') || '–';
}
