import {describeTabs, TabWriter} from '../tabwriter.ts';

/** Gathers the lines of a description, each indented by its level, and lays their tabs out (describe.PrefixWriter). */
export class DescriptionWriter {
	#done = '';
	#pending = '';

	/** One line; two spaces a level before it. */
	line(level: number, text: string): void {
		this.#pending += `${'  '.repeat(level)}${text}\n`;
	}

	/** Lays out what there is, so that the lines that follow have columns of their own. */
	flush(): void {
		this.#done += new TabWriter(describeTabs).format(this.#pending);
		this.#pending = '';
	}

	/** What was written since the last flush, its tabs as they are. */
	raw(): string {
		return this.#pending;
	}

	/** Everything written. */
	toString(): string {
		this.flush();
		return this.#done;
	}
}
