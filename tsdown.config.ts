import {defineConfig} from 'tsdown';

/** One folder of ESM chunks with everything in it: the package has no runtime dependencies. */
export default defineConfig({
	entry: {main: 'src/cli/main.ts', 'simulator-worker': 'src/simulator/worker.ts'},
	outDir: 'dist',
	platform: 'node',
	target: 'node22',
	format: 'esm',
	minify: true,
	// A library's ES modules rather than its CommonJS: only what is used gets in, and it starts sooner.
	inputOptions: {resolve: {mainFields: ['module', 'main']}},
	dts: false,
	// write-file-atomic reads __filename.
	shims: true,
	define: {'process.env.NODE_ENV': '"production"'},
	// ink imports react-devtools-core only when DEV is set; it stays outside and is never loaded.
	deps: {alwaysBundle: [/.*/], neverBundle: ['react-devtools-core'], onlyBundle: false},
});
