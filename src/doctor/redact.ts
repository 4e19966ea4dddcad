/** What a report must not tell of a machine and its owner. */
export type Private = {
	/** The user's own folder, and their name. */
	home: string;
	user: string;
	/** The machine's name. */
	host: string;
	/** What the user has given names to, such as contexts. */
	names?: readonly string[];
};

/** Hosts that everybody uses, and that tell nothing of anybody. */
const publicHosts =
	/^(localhost|127\.0\.0\.1|\[::1\]|([\w-]+\.)*(docker\.io|docker\.com|k8s\.io|kubernetes\.io|github\.com|quay\.io|ghcr\.io|gcr\.io))$/i;

/** Beginnings of file names that look like a host before its port. */
const fileName = /\.(ya?ml|json|md|[cm]?[jt]s|tsx|sh|txt|conf|log|toml|service|socket|sock)$/i;

/**
 * A text without what is nobody else's business: credentials, the user's name and folder, the machine's name, what the user
 * has named, hosts, IP and e-mail addresses.
 */
export function redact(text: string, {home, user, host, names = []}: Private): string {
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
	const unlessPublic = (name: string) => (publicHosts.test(name) || fileName.test(name) ? name : 'HOST');
	shown = shown
		// Names that are looked up, hosts with a port, and those before the path of an image.
		.replace(/\blookup ([\w.-]+)/gi, (_, name) => `lookup ${unlessPublic(name)}`)
		.replace(/(?<![\w/.@-])((?:[a-z0-9-]+\.)+[a-z]{2,})(?=:\d{2,5}\b|\/[a-z0-9])/gi, name => unlessPublic(name))
		// Not a kernel's version, which goes on after its fourth number.
		.replace(/(?<![\w.])(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?![\w.-])/g, 'ADDRESS')
		.replace(/\bcontext:[^\s"'`,)，。；）]+/g, 'context:NAME');
	for (const name of names) if (name.length > 1) shown = withoutWord(shown, name, 'NAME');
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
	'default',
	'rootless',
	'colima',
	'orbstack',
	'rancher-desktop',
	'desktop-linux',
]);

function withoutWord(text: string, word: string, shown: string): string {
	if (commonNames.has(word.toLowerCase())) return text;
	const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'giu'), shown);
}
