type Labels = Readonly<Record<string, string>>;

/** A selector text that Kubernetes would not understand either. */
class SelectorError extends Error {}

/**
 * Compiles a label selector in kubectl's text form (`app=web,tier!=db,env in (a,b),!legacy`); the empty text selects
 * everything. Follows apimachinery's labels.Parse. Throws SelectorError.
 */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
	const tests = splitTopLevel(text).map(requirement);
	return labels => tests.every(test => test(labels));
}

/** Splits at commas outside parentheses. */
function splitTopLevel(text: string): string[] {
	if (text.trim() === '') return [];
	return text.split(/,(?![^(]*\))/).map(part => part.trim());
}

const key = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?';
const equality = new RegExp(`^(?<key>${key})\\s*(?<operator>==?|!=)\\s*(?<value>[-A-Za-z0-9_.]*)$`);
const set = new RegExp(`^(?<key>${key})\\s+(?<operator>in|notin)\\s*\\((?<values>[^()]*)\\)$`);
const existence = new RegExp(`^(?<not>!?)\\s*(?<key>${key})$`);

function requirement(part: string): (labels: Labels) => boolean {
	const equal = equality.exec(part)?.groups;
	if (equal) {
		const {key = '', operator, value} = equal;
		return operator === '!=' ? labels => labels[key] !== value : labels => labels[key] === value;
	}
	const among = set.exec(part)?.groups;
	if (among) {
		const {key = '', operator, values = ''} = among;
		const wanted = new Set(values.split(',').map(value => value.trim()));
		const has = (labels: Labels) => labels[key] !== undefined && wanted.has(labels[key]);
		return operator === 'in' ? has : labels => !has(labels);
	}
	const exists = existence.exec(part)?.groups;
	if (exists) {
		const {key = '', not} = exists;
		return not ? labels => labels[key] === undefined : labels => labels[key] !== undefined;
	}
	throw new SelectorError(`"${part}" is not a label selector; write it as kubectl -l takes it, for example app=my-app`);
}
