import {defineConfig, type UserConfig} from 'tsdown';

const common: UserConfig = {
	outDir: 'dist',
	platform: 'node',
	target: 'node22',
	minify: true,
	// A library's ES modules rather than its CommonJS: only what is used gets in, and it starts sooner.
	inputOptions: {resolve: {mainFields: ['module', 'main']}},
	dts: false,
	// write-file-atomic reads __filename.
	shims: true,
	define: {'process.env.NODE_ENV': '"production"'},
	// ink imports react-devtools-core only when DEV is set; it stays outside and is never loaded.
	deps: {alwaysBundle: [/.*/], neverBundle: ['react-devtools-core'], onlyBundle: false},
};

/** One folder of chunks with everything in it: the package has no runtime dependencies. */
export default defineConfig([
	{...common, entry: {main: 'src/cli/main.ts', simulator: 'src/simulator/host.ts'}, format: 'esm'},
	// As CommonJS the thread starts some 10 ms sooner: Node then needs nothing of its ES module loader.
	{...common, entry: {'simulator-worker': 'src/simulator/worker.ts'}, format: 'cjs'},
]);
