import {baseFiles} from './file-system.ts';
import type {Image} from './image.ts';

/** The image that does nothing, and stops when it is told to. */
export const pause: Image = {
	repositories: ['registry.k8s.io/pause'],
	hasTag: tag => /^(latest|3\.\d{1,2}(\.\d)?)$/.test(tag),
	open() {
		return {
			files: baseFiles({}, Date.UTC(2024, 0, 1), ['/pause']),
			programs: new Map([
				[
					'/pause',
					function* pause(process) {
						yield* process.signal('SIGTERM', 'SIGINT');
						return 0;
					},
				],
			]),
			entrypoint: ['/pause'],
			command: [],
			environment: {PATH: '/'},
			workingDirectory: '/',
			user: {uid: 65_535, gid: 65_535, name: '65535'},
			stopSignal: 'SIGTERM',
			sizeBytes: 320_000,
		};
	},
};
