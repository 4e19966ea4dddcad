/** A schema of the server's OpenAPI v3 document, as far as `kubectl explain` reads it. */
export type Schema = {
	$ref?: string;
	description?: string;
	type?: string;
	enum?: string[];
	required?: string[];
	properties?: Record<string, Schema>;
	items?: Schema;
	allOf?: Schema[];
	additionalProperties?: Schema | boolean;
};

/** All schemas of one API group and version, by name. */
export type Schemas = Record<string, Schema>;

const referenceOf = ({$ref, allOf}: Schema) => $ref ?? allOf?.find(({$ref}) => $ref)?.$ref;
const nameOfReference = (reference: string) => reference.split('/').at(-1)!;

/** The schema itself, or the one that it refers to. */
function resolved(schema: Schema | undefined, schemas: Schemas): Schema | undefined {
	if (!schema) return undefined;
	const reference = referenceOf(schema);
	return reference ? schemas[nameOfReference(reference)] : schema;
}

/** The schema of the objects in a list or a map, or of the object itself. */
function inner(schema: Schema, schemas: Schemas): Schema | undefined {
	const {items, additionalProperties} = schema;
	if (items) return inner(items, schemas);
	if (typeof additionalProperties === 'object') return inner(additionalProperties, schemas);
	return resolved(schema, schemas);
}

/** A type as explain writes it: `<[]ServicePort>`, `<map[string]string>`. */
function typeText(schema: Schema, schemas: Schemas): string {
	const reference = referenceOf(schema);
	const plain = reference && schemas[nameOfReference(reference)]?.type;
	if (plain && plain !== 'object') return plain;
	if (reference) return nameOfReference(reference).split('.').at(-1)!;
	if (schema.items) return `[]${typeText(schema.items, schemas)}`;
	if (typeof schema.additionalProperties === 'object')
		return `map[string]${typeText(schema.additionalProperties, schemas)}`;
	return schema.type ?? 'Object';
}

const width = 76;

/** Breaks lines at spaces before they are longer than the width; spaces inside a line stay. */
function wrap(text: string, indent: string): string[] {
	return text.split('\n').flatMap(paragraph => {
		const lines: string[] = [];
		let line = '';
		for (const [, spaces = '', word = ''] of paragraph.matchAll(/(\s*)(\S+)/g)) {
			if (line !== '' && line.length + spaces.length + word.length > width) {
				lines.push(line);
				line = word;
			} else line += spaces + word;
		}
		return [...lines, line].map(text => indent + text);
	});
}

/** What a field says of itself, then what its type says. */
function descriptions(schema: Schema, schemas: Schemas): string[] {
	const type = inner(schema, schemas);
	const texts = [schema.description, type === schema ? undefined : type?.description];
	const present = texts.filter(text => text !== undefined && text !== '') as string[];
	return present.length > 0 ? present : ['<empty>'];
}

const mostEnum = 4;

function enumText(values: string[]): string {
	const sorted = values.map(value => (value === '' ? '""' : value));
	return sorted.length > mostEnum ? `${sorted.slice(0, mostEnum).join(', ')}, ....` : sorted.join(', ');
}

function fieldLines(
	schema: Schema,
	schemas: Schemas,
	{recursive, level, path}: {recursive: boolean; level: number; path: Schema[]},
): string[] {
	const indent = '  '.repeat(level);
	return Object.entries(schema.properties ?? {})
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([name, field]) => {
			const required = schema.required?.includes(name) ? ' -required-' : '';
			const lines = [`${indent}${name}\t<${typeText(field, schemas)}>${required}`];
			const values = field.enum ?? field.items?.enum;
			if (field.enum && values) lines.push(`${indent}enum: ${enumText(values)}`);
			const type = inner(field, schemas);
			if (!recursive) {
				lines.push(...wrap(field.description || '<no description>', `${indent}  `), '');
			} else if (type && type !== field && type.properties && !path.includes(type)) {
				lines.push(...fieldLines(type, schemas, {recursive, level: level + 1, path: [...path, type]}));
			} else if (type?.properties && !path.includes(type)) {
				lines.push(...fieldLines(type, schemas, {recursive, level: level + 1, path: [...path, type]}));
			}
			return lines;
		});
}

/** What is to be explained: a kind's schema, and the fields that lead into it. */
export type Question = {
	group: string;
	version: string;
	kind: string;
	schema: Schema;
	schemas: Schemas;
	fields: string[];
	recursive: boolean;
};

/**
 * The text of `kubectl explain` (kubectl/pkg/explain/v2); `missing` is the field that does not exist, when one does not.
 */
export function explain({group, version, kind, schema, schemas, fields, recursive}: Question): {
	text: string;
	missing?: string;
} {
	const header = [...(group ? [`GROUP:      ${group}`] : []), `KIND:       ${kind}`, `VERSION:    ${version}`, ''];
	let field: Schema | undefined;
	let current = schema;
	for (const name of fields) {
		field = current.properties?.[name];
		if (!field) return {text: header.join('\n'), missing: name};
		current = inner(field, schemas) ?? {};
	}
	const lines = header;
	if (field) {
		lines.push(`FIELD: ${fields.at(-1)} <${typeText(field, schemas)}>`);
		if (field.enum) lines.push('ENUM:', ...field.enum.map(value => `    ${value === '' ? '""' : value}`));
		else lines.push('');
		lines.push('');
	}
	lines.push('DESCRIPTION:', ...descriptions(field ?? schema, schemas).flatMap(text => wrap(text, '    ')), '    ');
	if (current.properties)
		lines.push('FIELDS:', ...fieldLines(current, schemas, {recursive, level: 1, path: [current]}));
	return {text: `${lines.join('\n')}\n`};
}
