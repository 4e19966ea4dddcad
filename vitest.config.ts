import {defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.{ts,tsx}'],
		// Two cores: more workers only make the pseudo-terminal tests wait.
		maxWorkers: 2,
		// Terminals, processes and clusters on a shared machine: further chances, in CI only, so that a red run means a fault.
		retry: process.env.CI ? 2 : 0,
		// A machine that runs the tests may well have Docker and kind.
		env: {ENDPOINT_LAB_CLUSTER: 'embedded'},
		testTimeout: 30_000,
		hookTimeout: 60_000,
	},
});
