/** What a report must not tell of a machine and its owner. */
export type Private = {
	/** The user's own folder, and their name. */
	home: string;
	user: string;
	/** The machine's name. */
	host: string;
};

/** Hosts that everybody uses, and that tell nothing of anybody. */
const publicHosts =
	/^(localhost|127\.0\.0\.1|\[::1\]|([\w-]+\.)*(docker\.io|docker\.com|k8s\.io|kubernetes\.io|sigs\.k8s\.io))$/i;

/**
 * A text without what is nobody else's business: credentials, the user's name and folder, the machine's name, and the
 * hosts of URLs and e-mail addresses.
 */
export function redact(text: string, {home, user, host}: Private): string {
	let shown = text
		// URLs: the user's part, the password and the host.
		.replace(
			/\b([a-z][a-z0-9+.-]*:\/\/)(?:([^\s/@"']*)@)?(\[[^\]\s]*\]|[^\s/:"'?#)，。；]*)/gi,
			(all, scheme, login, name) => {
				if (name === '' && login === undefined) return all;
				return `${scheme}${login === undefined ? '' : 'LOGIN@'}${publicHosts.test(name) || name === '' ? name : 'HOST'}`;
			},
		)
		.replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 SECRET')
		.replace(
			/\b((?:\w*(?:token|password|passwd|secret|api[_-]?key))\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;]+)/gi,
			'$1SECRET',
		)
		// JSON web tokens, and anything as long as a key.
		.replace(/\beyJ[\w-]+\.[\w.-]+/g, 'SECRET')
		.replace(/(?<![\w/.-])[A-Za-z0-9+_-]{32,}={0,2}(?![\w/.-])/g, 'SECRET')
		.replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, 'ADDRESS');
	if (home.length > 1) shown = shown.replaceAll(home, '~');
	// Other users' folders, and our own by another way: /home/NAME, /Users/NAME, C:\Users\NAME, /mnt/c/Users/NAME.
	shown = shown.replace(/((?:\/home|\/Users|[A-Z]:\\Users|\\Users)[\\/])[^\s\\/"')：，。；:,;]+/g, '$1USER');
	// The machine first: it is often named after its user.
	if (host.length > 1 && host !== 'localhost') shown = withoutWord(shown, host, 'HOST');
	if (user.length > 1) shown = withoutWord(shown, user, 'USER');
	return shown;
}

/** Common words that are users' and machines' names too: to hide them would hide nothing and spoil sentences. */
const commonNames = new Set([
	'root',
	'user',
	'admin',
	'ubuntu',
	'debian',
	'docker',
	'kind',
	'node',
	'lab',
	'vm',
	'linux',
]);

function withoutWord(text: string, word: string, shown: string): string {
	if (commonNames.has(word.toLowerCase())) return text;
	const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'giu'), shown);
}
