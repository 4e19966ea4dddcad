import {SimulatedClock} from './clock.ts';
import {type Random, seededRandom} from './random.ts';
import {Registry} from './registry.ts';
import type {ResourceDefinition} from './resources/definition.ts';
import {Store, type StoreSnapshot} from './store.ts';

/** The parts that every controller and simulated node shares. */
export type Simulation = {clock: SimulatedClock; random: Random; store: Store; registry: Registry};

/** A running part of the cluster; it acts on changes until it is stopped. */
export type Part = {stop(): void};

/** The shared parts, with nothing running yet. `start` is the cluster's time in ms since 1970. */
export function createSimulation(
	definitions: ResourceDefinition[],
	{start, seed, snapshot}: {start: number; seed: number; snapshot?: StoreSnapshot},
): Simulation {
	const clock = new SimulatedClock(start);
	const random = seededRandom(seed);
	const store = new Store(snapshot);
	return {clock, random, store, registry: new Registry(definitions, {clock, random, store})};
}
