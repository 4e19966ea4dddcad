import columns from './columns.json' with {type: 'json'};
import type {Column} from './definition.ts';

type Entry = Column | 'name' | 'age';
const resources = columns.resources as Record<string, Entry[]>;

/** The columns that a real v1.36 server declares for a resource; Name and Age are the same everywhere. */
export function columnsOf(plural: string): Column[] {
	const entries = resources[plural];
	if (!entries) throw new Error(`no columns are recorded for ${plural}`);
	return entries.map(entry => (typeof entry === 'string' ? (columns[entry] as Column) : entry));
}
