import protobuf from 'protobufjs/minimal.js';
import type {KubeObject} from '../../types.ts';
import {inlineMessages, magic, messageName, messages, specialTypes} from './messages.ts';

type JsonObject = {[field: string]: unknown};
type NumberedField = {number: number; type: string; several?: string | undefined};

const byName = new Map<string, Map<string, NumberedField>>();

/** The fields of a message by their names. */
function fieldsOf(message: string): Map<string, NumberedField> {
	let fields = byName.get(message);
	if (!fields) {
		fields = new Map(
			Object.entries(messages[message] ?? {}).map(([number, [name, type, several]]) => [
				name,
				{number: Number(number), type, several},
			]),
		);
		byName.set(message, fields);
	}
	return fields;
}

/**
 * Encodes an object in Kubernetes' protobuf envelope (apimachinery/pkg/runtime/serializer/protobuf), as the API server
 * stores it: without its resourceVersion. Fields that are not set are left out, where Go writes some of them as zeros,
 * and so are those that `messages` does not have yet.
 * Throws when the kind is not known.
 */
export function encodeProtobuf({apiVersion, kind, ...object}: KubeObject): Buffer {
	const name = messageName(apiVersion, kind);
	if (!messages[name]) throw new Error(`no protobuf message is known for ${apiVersion} ${kind}`);
	const {resourceVersion: _, ...metadata} = object.metadata;
	const envelope = protobuf.Writer.create();
	envelope.uint32(tag(1, 2)).fork();
	envelope.uint32(tag(1, 2)).string(apiVersion).uint32(tag(2, 2)).string(kind).ldelim();
	envelope.uint32(tag(2, 2)).fork();
	writeMessage(envelope, name, {...object, metadata});
	envelope.ldelim();
	// contentEncoding and contentType are always written, empty.
	envelope.uint32(tag(3, 2)).string('').uint32(tag(4, 2)).string('');
	return Buffer.concat([magic, envelope.finish()]);
}

const tag = (number: number, wireType: number) => (number << 3) | wireType;
const wireTypes: Record<string, number> = {bool: 0, int32: 0, int64: 0, double: 1};

function writeMessage(writer: protobuf.Writer, message: string, object: JsonObject) {
	for (const [name, {number, type, several}] of fieldsOf(message)) {
		if (inlineMessages.has(name)) {
			// Its members stand beside the others in JSON.
			const members = [...fieldsOf(type).keys()].filter(member => object[member] !== undefined);
			if (members.length > 0)
				writeValue(writer, number, type, Object.fromEntries(members.map(member => [member, object[member]])));
			continue;
		}
		const value = object[name];
		if (value === undefined || value === null) continue;
		if (several === 'map') {
			for (const [key, entry] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
				writer.uint32(tag(number, 2)).fork().uint32(tag(1, 2)).string(key);
				writeValue(writer, 2, type, entry);
				writer.ldelim();
			}
		} else if (several === 'list') for (const item of value as unknown[]) writeValue(writer, number, type, item);
		else writeValue(writer, number, type, value);
	}
}

function writeValue(writer: protobuf.Writer, number: number, type: string, value: unknown) {
	writer.uint32(tag(number, wireTypes[type] ?? 2));
	switch (type) {
		case 'string':
			writer.string(String(value));
			break;
		case 'bytes':
			writer.bytes(Buffer.from(String(value), 'base64'));
			break;
		case 'bool':
			writer.bool(value === true);
			break;
		case 'int32':
		case 'int64':
			writer.int64(Number(value));
			break;
		case 'double':
			writer.double(Number(value));
			break;
		default:
			writer.fork();
			writeMessage(writer, type, special(type, value));
			writer.ldelim();
	}
}

/** The fields of a message whose JSON is not an object of them. */
function special(type: string, value: unknown): JsonObject {
	switch (type) {
		case specialTypes.time:
		case specialTypes.microTime: {
			const text = String(value);
			const seconds = Math.floor(Date.parse(text) / 1000);
			const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
			return {seconds, nanos: Number(fraction.slice(0, 9).padEnd(9, '0'))};
		}
		case specialTypes.intOrString:
			return typeof value === 'string' ? {type: 1, intVal: 0, strVal: value} : {type: 0, intVal: value, strVal: ''};
		case specialTypes.quantity:
			return {string: String(value)};
		case specialTypes.fieldsV1:
			return {Raw: Buffer.from(JSON.stringify(value)).toString('base64')};
		case specialTypes.rawExtension:
			return {raw: Buffer.from(JSON.stringify(value)).toString('base64')};
		case specialTypes.verbs:
		case specialTypes.extraValue:
			return {items: value};
		default:
			return value as JsonObject;
	}
}
