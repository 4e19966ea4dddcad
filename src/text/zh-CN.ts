import type {Text} from './text.ts';

/** Every sentence of the interface in Simplified Chinese. */
export const zhCN: Text = {
	cli: {
		error: message => `endpoint-lab：${message}`,
	},
	clusters: {},
	engine: {},
	observe: {},
	plain: {},
	screen: {},
};
