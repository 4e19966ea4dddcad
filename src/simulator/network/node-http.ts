/**
 * Node's HTTP server. As an ES module `node:http` reads each of its exports when it is imported, and one of them loads
 * the whole of fetch: some 50 ms of the embedded cluster's start. Taken like this only what is used is loaded.
 */
export const {createServer, STATUS_CODES} = process.getBuiltinModule('node:http');
