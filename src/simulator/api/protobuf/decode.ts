import protobuf from 'protobufjs/minimal.js';
import {badRequest} from '../../errors.ts';
import {type Field, inlineMessages, magic, messageName, messages, metaPackage, specialTypes} from './messages.ts';

type JsonObject = {[field: string]: unknown};
type Reader = protobuf.Reader;

const maxDepth = 60;

/**
 * Decodes an object in Kubernetes' protobuf envelope (apimachinery/pkg/runtime/serializer/protobuf) to the JSON that a
 * client would have sent instead, but with every zero value that is on the wire; field checking drops those that JSON
 * leaves out. `kind` is for the texts. Throws StatusError 400.
 */
export function decodeProtobuf(body: Buffer, kind: string): JsonObject {
	try {
		if (!body.subarray(0, 4).equals(magic))
			throw new Error('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
		const envelope = readEnvelope(body.subarray(4));
		const name = messageName(envelope.apiVersion, envelope.kind);
		const object = readMessage(protobuf.Reader.create(envelope.raw), messages[name] ? name : onlyMetadata, 0);
		return {apiVersion: envelope.apiVersion, kind: envelope.kind, ...object};
	} catch (error) {
		throw badRequest(
			`the object provided is unrecognized (must be of type ${kind}): ${(error as Error).message} (${body.subarray(0, 25).toString('hex')} ...)`,
		);
	}
}

/** Every kind has its metadata as field 1, which is enough to say that this cluster does not serve it. */
const onlyMetadata = '';

/** runtime.Unknown: field 1 the type, field 2 the object's bytes. */
function readEnvelope(bytes: Uint8Array): {apiVersion: string; kind: string; raw: Uint8Array} {
	const envelope = {apiVersion: '', kind: '', raw: new Uint8Array() as Uint8Array};
	const reader = protobuf.Reader.create(bytes);
	while (reader.pos < reader.len) {
		const tag = reader.uint32();
		if (tag === tagOf(1, 2)) {
			const end = reader.uint32() + reader.pos;
			while (reader.pos < end) {
				const inner = reader.uint32();
				if (inner === tagOf(1, 2)) envelope.apiVersion = reader.string();
				else if (inner === tagOf(2, 2)) envelope.kind = reader.string();
				else reader.skipType(inner & 7);
			}
		} else if (tag === tagOf(2, 2)) envelope.raw = reader.bytes();
		else reader.skipType(tag & 7);
	}
	return envelope;
}

const tagOf = (number: number, wireType: number) => (number << 3) | wireType;

function readMessage(reader: Reader, name: string, depth: number): JsonObject {
	if (depth > maxDepth) throw new Error('protobuf message is nested too deeply');
	const fields: Record<string, Field> | undefined =
		name === onlyMetadata ? {1: ['metadata', `${metaPackage}.ObjectMeta`]} : messages[name];
	const result: JsonObject = {};
	while (reader.pos < reader.len) {
		const tag = reader.uint32();
		const field = fields?.[tag >>> 3];
		if (!field) {
			reader.skipType(tag & 7);
			continue;
		}
		const [key, type, several] = field;
		if (several === 'map') {
			const map = (result[key] ?? {}) as JsonObject;
			const [entryKey, value] = readEntry(nested(reader), type, depth);
			map[entryKey] = value;
			result[key] = map;
			continue;
		}
		if (several === 'list') {
			const list = (result[key] ?? []) as unknown[];
			list.push(readValue(reader, tag & 7, type, depth));
			result[key] = list;
			continue;
		}
		const value = readValue(reader, tag & 7, type, depth);
		if (inlineMessages.has(key)) Object.assign(result, value);
		else result[key] = value;
	}
	return result;
}

/** A reader of just the bytes of the length-delimited value that comes next. */
const nested = (reader: Reader): Reader => protobuf.Reader.create(reader.bytes());

function readEntry(reader: Reader, type: string, depth: number): [string, unknown] {
	let key = '';
	let value: unknown = type === 'string' || type === 'bytes' || type.endsWith('.Quantity') ? '' : {};
	while (reader.pos < reader.len) {
		const tag = reader.uint32();
		if (tag === tagOf(1, 2)) key = reader.string();
		else if (tag >>> 3 === 2) value = readValue(reader, tag & 7, type, depth);
		else reader.skipType(tag & 7);
	}
	if (key === '__proto__') throw new Error('invalid map key');
	return [key, value];
}

const wireTypes: Record<string, number> = {string: 2, bytes: 2, bool: 0, int32: 0, int64: 0, double: 1};

function readValue(reader: Reader, wireType: number, type: string, depth: number): unknown {
	if (wireType !== (wireTypes[type] ?? 2))
		throw new Error(`proto: wrong wireType = ${wireType} for a field of type ${type}`);
	switch (type) {
		case 'string':
			return reader.string();
		case 'bytes':
			return Buffer.from(reader.bytes()).toString('base64');
		case 'bool':
			return reader.bool();
		case 'int32':
			return reader.int32();
		case 'int64':
			return Number(reader.int64().toString());
		case 'double':
			return reader.double();
		default:
			return special(type, readMessage(nested(reader), type, depth + 1));
	}
}

/** Messages whose JSON is not an object of their fields. */
function special(type: string, message: JsonObject): unknown {
	switch (type) {
		case specialTypes.time:
			return timeText(message, 0);
		case specialTypes.microTime:
			return timeText(message, 6);
		case specialTypes.intOrString:
			return message.type === 1 ? (message.strVal ?? '') : (message.intVal ?? 0);
		case specialTypes.quantity:
			return message.string ?? '0';
		case specialTypes.fieldsV1:
		case specialTypes.rawExtension: {
			const raw = message.Raw ?? message.raw;
			return typeof raw === 'string' && raw ? JSON.parse(Buffer.from(raw, 'base64').toString()) : {};
		}
		case specialTypes.verbs:
		case specialTypes.extraValue:
			return message.items ?? [];
		default:
			return message;
	}
}

/** A time as RFC 3339 text; null for the zero time, which Go sends as an empty message. */
function timeText({seconds, nanos}: JsonObject, digits: 0 | 6): string | null {
	if (typeof seconds !== 'number') return null;
	const date = new Date(seconds * 1000);
	if (Number.isNaN(date.getTime())) throw new Error(`invalid time: ${seconds} seconds`);
	const whole = date.toISOString().slice(0, 19);
	const micros = String(Math.floor(((nanos as number | undefined) ?? 0) / 1000)).padStart(6, '0');
	return digits === 0 ? `${whole}Z` : `${whole}.${micros}Z`;
}
