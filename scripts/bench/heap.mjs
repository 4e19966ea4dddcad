// Loaded into the lab by screen.mjs: at SIGUSR2 it collects garbage and writes to HEAP_FILE how many bytes are in use.
import {renameSync, writeFileSync} from 'node:fs';

process.on('SIGUSR2', () => {
	globalThis.gc();
	const {heapUsed, external} = process.memoryUsage();
	writeFileSync(`${process.env.HEAP_FILE}.new`, String(heapUsed + external));
	renameSync(`${process.env.HEAP_FILE}.new`, process.env.HEAP_FILE);
});
