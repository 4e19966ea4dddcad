// The rules of apimachinery/pkg/util/validation for names, labels and ports. Each returns what is wrong, in the real
// server's words, or nothing.

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`;
const dns1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualified})?`;
const configKey = '[-._a-zA-Z0-9]+';

const whole = (pattern: string) => new RegExp(`^${pattern}$`);
const patterns = {
	dnsLabel: whole(dnsLabel),
	dnsSubdomain: whole(dnsSubdomain),
	dns1035: whole(dns1035),
	qualified: whole(qualified),
	labelValue: whole(labelValue),
	configKey: whole(configKey),
	portName: /^[-a-z0-9]+$/,
	// RE2 has no lookahead; the relaxed rule wants printable ASCII without '='.
	envName: /^[\x20-\x3c\x3e-\x7e]+$/,
};

const examples = (texts: string[]) => texts.map(text => `'${text}', `).join(' or ');
const rule = (text: string, pattern: string, ...texts: string[]) =>
	`${text} (e.g. ${examples(texts)}regex used for validation is '${pattern}')`;
const bytes = (text: string) => Buffer.byteLength(text);
const maxLength = (length: number) => `must be no more than ${length} bytes`;

const lengthAnd = (value: string, max: number, pattern: RegExp, message: string): string[] => [
	...(bytes(value) > max ? [maxLength(max)] : []),
	...(pattern.test(value) ? [] : [message]),
];

/** A lowercase RFC 1123 label: names of namespaces, containers, and Services since 1.36. */
export const dnsLabelErrors = (value: string): string[] =>
	lengthAnd(
		value,
		63,
		patterns.dnsLabel,
		rule(
			"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
			dnsLabel,
			'my-name',
			'123-abc',
		),
	);

/** A lowercase RFC 1123 subdomain: the names of most objects. */
export const dnsSubdomainErrors = (value: string): string[] =>
	lengthAnd(
		value,
		253,
		patterns.dnsSubdomain,
		rule(
			"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
			dnsSubdomain,
			'example.com',
		),
	);

/** The key of a label or the type of a condition: an optional DNS prefix and a name. */
export function qualifiedNameErrors(value: string): string[] {
	const parts = value.split('/');
	const name = parts.at(-1) ?? '';
	const nameText = rule(
		"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
		qualified,
		'MyName',
		'my.name',
		'123-abc',
	);
	const errors: string[] = [];
	if (parts.length > 2) {
		return [
			`a qualified name ${rule("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", qualified, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
		];
	}
	if (parts.length === 2) {
		if (parts[0] === '') errors.push('prefix part must be non-empty');
		else errors.push(...dnsSubdomainErrors(parts[0]!).map(text => `prefix part ${text}`));
	}
	if (name === '') errors.push('name part must be non-empty');
	else if (bytes(name) > 63) errors.push(`name part ${maxLength(63)}`);
	if (!patterns.qualified.test(name)) errors.push(nameText);
	return errors;
}

/** The value of a label. */
export const labelValueErrors = (value: string): string[] =>
	lengthAnd(
		value,
		63,
		patterns.labelValue,
		rule(
			"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
			labelValue,
			'MyValue',
			'my_value',
			'12345',
		),
	);

/** A key of a ConfigMap or Secret. */
export function configKeyErrors(value: string): string[] {
	const errors = lengthAnd(
		value,
		253,
		patterns.configKey,
		rule(
			"a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
			configKey,
			'key.name',
			'KEY_NAME',
			'key-name',
		),
	);
	if (value === '.') errors.push("must not be '.'");
	else if (value === '..') errors.push("must not be '..'");
	else if (value.startsWith('..')) errors.push("must not start with '..'");
	return errors;
}

/** The name of an environment variable: printable ASCII without '='. */
export const envNameErrors = (value: string): string[] =>
	patterns.envName.test(value)
		? []
		: ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

/** The name of a container port (IANA service name). */
export function portNameErrors(value: string): string[] {
	const errors: string[] = [];
	if (value.length > 15) errors.push('must be no more than 15 bytes');
	if (!patterns.portName.test(value))
		errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
	if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
	if (value.includes('--')) errors.push('must not contain consecutive hyphens');
	if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
	return errors;
}

/** The number of a port. */
export const portNumberErrors = (value: number): string[] =>
	value >= 1 && value <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
