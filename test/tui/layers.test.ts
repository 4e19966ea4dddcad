import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';

const folder = join(import.meta.dirname, '../../src/tui');
const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name => /\.tsx?$/.test(name));

describe('the screen', () => {
	it('knows no object of Kubernetes and nothing of the cluster that it shows, only views', () => {
		expect(files.length).toBeGreaterThan(30);
		for (const name of files) {
			const source = readFileSync(join(folder, name), 'utf8');
			const imports = Array.from(source.matchAll(/from '([^']+)'/g), ([, from = '']) => from);
			for (const from of imports) {
				expect(from, name).not.toMatch(/@kubernetes|\/simulator\/|\/kubectl\/|kube-connection|watch-loop/);
				// Of what makes views out of objects it may use nothing either.
				expect(from, name).not.toMatch(/observe\/[a-z]+-view\.ts$|table-cells/);
			}
		}
	});

	it('has its layout in pure functions: nothing in view/ draws, reads, or looks at the clock', () => {
		for (const name of files.filter(file => file.startsWith('view'))) {
			const source = readFileSync(join(folder, name), 'utf8');
			expect(source, name).not.toMatch(/from '(ink|react|node:[^']+)'|Date\.now|process\./);
		}
	});
});
