import {failedRequests, filterRequests, lastRequests, type RequestsView} from '../observe/request-counts.ts';

/** Some requests through the gateway, as lesson expressions see them: counted, and narrowed by who asked or answered. */
export class Requests {
	static readonly fields: Record<string, string> = {
		total: 'int',
		answered: 'int',
		failed: 'int',
		addresses: 'list<string>',
		clients: 'list<string>',
	};
	readonly total;
	readonly answered;
	readonly failed;
	/** Who answered: addresses without ports, each once. */
	readonly addresses;
	/** Who asked, by name; one without a name is ''. */
	readonly clients;
	readonly #view: RequestsView;

	constructor(view: RequestsView) {
		const failed = failedRequests(view);
		this.#view = view;
		this.total = BigInt(view.total);
		this.answered = BigInt(view.total - failed);
		this.failed = BigInt(failed);
		this.addresses = unique(view.counts.map(({address}) => ipOf(address)).filter(Boolean));
		this.clients = unique(view.counts.map(({client}) => client));
	}

	/** Those that a client sent. */
	from(client: string): Requests {
		return new Requests(filterRequests(this.#view, request => request.client === client));
	}

	/** Those that an address answered. */
	by(ip: string): Requests {
		return new Requests(filterRequests(this.#view, ({address}) => ipOf(address) === ip));
	}

	/** The last ones. */
	last(count: bigint): Requests {
		return new Requests(lastRequests(this.#view, Number(count)));
	}
}

/** The address in `10.244.1.2:80`. */
function ipOf(address: string): string {
	return address.slice(0, Math.max(0, address.lastIndexOf(':')));
}

function unique(list: string[]): string[] {
	return [...new Set(list)];
}
