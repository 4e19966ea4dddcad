import type {RunView} from '../../engine/view.ts';
import type {PodView} from '../../observe/snapshot.ts';
import type {Text} from '../../text/text.ts';
import type {Theme} from '../theme.ts';

/** What a frame is made with besides the state. */
export type Surroundings = {
	columns: number;
	rows: number;
	/** ms since 1970. */
	now: number;
	/** The cluster's time, where it is not `now`. */
	clusterNow?: number | undefined;
	text: Text;
	theme: Theme;
	/**
	 * Says in a sentence why a Pod is, or is not, an endpoint of the Service, or who wrote an address (an IP), in the run as
	 * it is shown.
	 */
	why: (subject: PodView | string, service: string, view: RunView) => string;
};
