/**
 * `duplicate field "spec.replicas"` for each key that an object of a JSON text has twice, as the strict decoder of
 * sigs.k8s.io/json says it. The text must have been parsed already.
 */
export function duplicateFields(text: string): string[] {
	const found: string[] = [];
	let at = 0;
	const skip = () => {
		while (' \t\r\n,:'.includes(text[at] ?? '.')) at++;
	};
	const string = (): string => {
		const start = at++;
		while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
		at++;
		return text.slice(start, at);
	};
	const value = (path: string) => {
		skip();
		if (text[at] === '{') object(path);
		else if (text[at] === '[') array(path);
		else if (text[at] === '"') string();
		else while (at < text.length && !' \t\r\n,]}'.includes(text[at]!)) at++;
	};
	const object = (path: string) => {
		const keys = new Set<string>();
		at++;
		for (skip(); text[at] !== '}'; skip()) {
			const key = JSON.parse(string()) as string;
			const inner = path ? `${path}.${key}` : key;
			if (keys.has(key)) found.push(`duplicate field ${JSON.stringify(inner)}`);
			keys.add(key);
			value(inner);
		}
		at++;
	};
	const array = (path: string) => {
		at++;
		skip();
		for (let index = 0; text[at] !== ']'; index++, skip()) value(`${path}[${index}]`);
		at++;
	};
	value('');
	return [...new Set(found)];
}
