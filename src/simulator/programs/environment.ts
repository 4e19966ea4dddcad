/** The variables of a process by name. Those that many processes share are inherited from one common object. */
export type Environment = Record<string, string>;

/** Variables over shared ones, which are not copied: a namespace of many Services gives thousands to each container. */
export const extendEnvironment = (shared: Environment, own: Environment): Environment =>
	Object.assign(Object.create(shared), own);

/** All variables, the inherited ones too. */
export function allVariables(environment: Environment): Environment {
	const all: Environment = {};
	for (const name in environment) all[name] = environment[name]!;
	return all;
}
