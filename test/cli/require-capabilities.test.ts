import {expect, it} from 'vitest';
import {requireCapabilities} from '../../src/cli/require-capabilities.ts';
import {languages, textIn} from '../../src/text/text.ts';
import {UserError} from '../../src/text/user-error.ts';

const lesson = {id: 'custom-endpoints', needs: ['outside-host', 'etcd'] as const};

it('a lesson runs on a cluster that can do all it needs, and more', () => {
	const capabilities = new Set(['nodes', 'etcd', 'outside-host'] as const);
	expect(() =>
		requireCapabilities({...lesson, needs: [...lesson.needs]}, {title: 'kind v1.36', capabilities}, textIn('en')),
	).not.toThrow();
});

it.each(languages)('a lesson is refused on a cluster that lacks something, which the sentence names (%s)', language => {
	const cluster = {title: 'kind v1.36', capabilities: new Set(['nodes', 'outside-host'] as const)};
	const refuse = () => requireCapabilities({...lesson, needs: [...lesson.needs]}, cluster, textIn(language));
	expect(refuse).toThrow(UserError);
	expect(refuse).toThrow(/custom-endpoints.*kind v1\.36.*etcd/);
	expect(refuse).not.toThrow(/outside-host/);
});
