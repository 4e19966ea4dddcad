import type {ImageProgress} from '../images.ts';
import {estimateStart, type KindProgress, type KindStep} from './kind-steps.ts';

/** What tells how far a start has come; its functions may be handed on by themselves. */
export type StartProgress = {
	begin: (step: KindStep) => void;
	/** Time has passed. */
	tick: () => void;
	/** Something is still waited for, in words. */
	waiting: (what: string) => void;
	/** An image has come further. */
	images: (progress: ImageProgress) => void;
};

/** Tells a start's progress, by the steps that it takes, whenever it changes. */
export function startProgress(
	steps: readonly KindStep[],
	show: (progress: KindProgress) => void,
	now: () => number,
): StartProgress {
	const estimate = estimateStart(steps);
	let images: ImageProgress | undefined;
	let waiting: string | undefined;
	const tell = () => {
		const share = images && images.total > 0 ? images.done / images.total : undefined;
		show({...estimate.at(now(), share), ...(images && {images}), ...(waiting && {waiting})});
	};
	return {
		begin(step) {
			images = undefined;
			waiting = undefined;
			estimate.begin(step, now());
			tell();
		},
		tick: tell,
		waiting(what) {
			waiting = what;
			tell();
		},
		images(progress) {
			images = progress;
			tell();
		},
	};
}
