/**
 * Every sentence of the interface in English, by the part that says it. This file decides which keys exist: a key that
 * another language lacks is a type error there.
 */
export const en = {
	cli: {
		error: (message: string) => `endpoint-lab: ${message}`,
	},
	clusters: {},
	engine: {},
	observe: {},
	plain: {},
	screen: {},
};
