import type {LabOptions} from './lab.ts';
import type {LabState, Metrics} from './lab-state.ts';
import type {Store} from './store.ts';

/** What the parts of the lab share. */
export type Desk = LabOptions & {
	store: Store<LabState>;
	/** Changes the state and shows it at once. */
	change(part: Partial<LabState>): void;
	/** What fitted the last time that the screen was drawn. */
	metrics(): Metrics;
};
