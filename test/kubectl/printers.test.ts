import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {humanDuration, parseDuration} from '../../src/kubectl/duration.ts';
import type {Table} from '../../src/kubectl/objects.ts';
import {CustomColumnsPrinter} from '../../src/kubectl/printers/custom-columns.ts';
import {goTemplate} from '../../src/kubectl/printers/go-template/go-template.ts';
import {compactJson, toJson} from '../../src/kubectl/printers/json.ts';
import {jsonPath} from '../../src/kubectl/printers/jsonpath.ts';
import {TablePrinter} from '../../src/kubectl/printers/table.ts';
import {toYaml} from '../../src/kubectl/printers/yaml.ts';
import {addQuantities, parseQuantity, percentOf, quantityText} from '../../src/kubectl/quantity.ts';
import {sorter} from '../../src/kubectl/sorting.ts';

const fixtures = join(import.meta.dirname, '../fixtures/kubectl');
const read = (name: string) => readFileSync(join(fixtures, name), 'utf8');

describe('-o yaml', () => {
	it('quotes, breaks and folds every kind of text as kubectl does', () => {
		const data = JSON.parse(read('yaml/texts.json')) as Record<string, string>;
		const object = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {creationTimestamp: null, name: 'texts'}, data};
		expect(toYaml(object)).toBe(read('yaml/texts.yaml'));
	});

	it('puts keys in the order that kubectl does, numbers inside them by their value', () => {
		const text = read('yaml/keys.yaml');
		const {data} = parse(text) as {data: Record<string, string>};
		const shuffled = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? 1 : -1)));
		expect(
			toYaml({apiVersion: 'v1', kind: 'ConfigMap', metadata: {creationTimestamp: null, name: 'keys'}, data: shuffled}),
		).toBe(text);
	});

	it.each(readdirSync(join(fixtures, 'described')).filter(name => name.endsWith('.yaml')))(
		'writes %s as a real cluster printed it',
		name => {
			const text = read(`described/${name}`);
			expect(toYaml(parse(text))).toBe(text);
		},
	);
});

describe('-o json', () => {
	it('sorts keys, indents by four and escapes what Go escapes', () => {
		expect(toJson({b: ['<a&b>'], a: {}})).toBe(
			'{\n    "a": {},\n    "b": [\n        "\\u003ca\\u0026b\\u003e"\n    ]\n}',
		);
		expect(compactJson({b: 1, a: undefined, c: [{z: 1, y: null}]})).toBe('{"b":1,"c":[{"y":null,"z":1}]}');
	});
});

describe('-o jsonpath', () => {
	const service = {
		metadata: {name: 'web', labels: {'app.kubernetes.io/name': 'web'}},
		spec: {
			ports: [
				{name: 'http', port: 80},
				{name: 'tls', port: 443},
			],
			selector: {app: 'web'},
		},
	};
	it.each([
		['{.metadata.name}', 'web'],
		['{.spec.ports[*].port}', '80 443'],
		['{.spec.ports[?(@.name=="tls")].port}{"\\n"}', '443\n'],
		['{.spec.ports[?(@.port>100)].name}', 'tls'],
		['{.spec.ports[0]}', '{"name":"http","port":80}'],
		['{.spec.ports[-1:].port}', '443'],
		['{.spec.ports[0,1].port}', '80 443'],
		["{.spec.ports[0]['name','port']}", 'http 80'],
		["{.spec['selector']}", '{"app":"web"}'],
		['{.metadata.labels.app\\.kubernetes\\.io/name}', 'web'],
		['{..port}', '80 443'],
		['{range .spec.ports[*]}{.name}:{.port}{"\\t"}{end}', 'http:80\ttls:443\t'],
		['{$.metadata.name}', 'web'],
		['name={.metadata.name}, none={.spec.nope}', 'name=web, none='],
	])('%s', (template, expected) => {
		expect(jsonPath(template)(service)).toBe(expected);
	});

	it('says what is wrong with a template', () => {
		expect(() => jsonPath('{.spec')).toThrow('unclosed action');
		expect(() => jsonPath('{.spec.ports[5].port}')(service)).toThrow('array index out of bounds: index 5, length 2');
		expect(() => jsonPath('{.spec.nope}')(service, {allowMissing: false})).toThrow('nope is not found');
	});
});

describe('tables', () => {
	const table: Table = {
		kind: 'Table',
		metadata: {},
		columnDefinitions: [
			{name: 'Name', type: 'string', format: 'name', priority: 0},
			{name: 'Age', type: 'string', format: '', priority: 0},
			{name: 'Node', type: 'string', format: '', priority: 1},
		],
		rows: [
			{
				cells: ['a', '2s', 'one'],
				object: {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'a', namespace: 'x', labels: {b: '2', a: '1'}}},
			},
			{
				cells: ['pod-10', '12m', 'two'],
				object: {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'pod-10', namespace: 'y'}},
			},
		],
	};
	const options = {wide: false, showLabels: false, labelColumns: [], withNamespace: false, kind: '', headers: true};
	const lines = (printer: TablePrinter, shown = table) => printer.print(shown).split('\n');

	it('hides wide columns, pads by three and leaves the last column ragged', () => {
		expect(lines(new TablePrinter(options))).toEqual(['NAME     AGE', 'a        2s', 'pod-10   12m', '']);
		expect(lines(new TablePrinter({...options, wide: true}))[1]).toBe('a        2s    one');
	});

	it('puts the namespace first, the kind before the name and the labels last', () => {
		const printer = new TablePrinter({
			...options,
			withNamespace: true,
			kind: 'pod',
			showLabels: true,
			labelColumns: ['example.com/a', 'b'],
		});
		expect(lines(printer)).toEqual([
			'NAMESPACE   NAME         AGE   A     B     LABELS',
			'x           pod/a        2s          2     a=1,b=2',
			'y           pod/pod-10   12m               <none>',
			'',
		]);
	});

	it('keeps its columns from one change of a watch to the next, and shows the header once', () => {
		const printer = new TablePrinter(options);
		printer.print(table);
		const next = {...table, columnDefinitions: null, rows: [{cells: ['b', '0s', '']}]};
		expect(printer.print(next)).toBe('b        0s\n');
	});

	it('sorts by a field, numbers inside names by their value', () => {
		const rows = ['pod-10', 'pod-9', 'pod-1'].map(name => ({
			cells: [name],
			object: {apiVersion: 'v1', kind: 'Pod', metadata: {name}},
		}));
		const sorted = sorter('.metadata.name')({...table, rows}).rows.map(({cells}) => cells[0]);
		expect(sorted).toEqual(['pod-1', 'pod-9', 'pod-10']);
	});

	it('prints the columns that were asked for', () => {
		const printer = new CustomColumnsPrinter('NAME:.metadata.name,LABELS:.metadata.labels,NO:{.x.y}', {headers: true});
		expect(printer.print(table.rows.map(({object}) => object))).toBe(
			'NAME     LABELS         NO\na        map[a:1 b:2]   <none>\npod-10   <none>         <none>\n',
		);
	});
});

describe('durations and quantities', () => {
	it.each([
		[-5_000, '<invalid>'],
		[0, '0s'],
		[119_000, '119s'],
		[120_000, '2m'],
		[125_000, '2m5s'],
		[10 * 60_000, '10m'],
		[3 * 3600_000, '3h'],
		[3 * 3600_000 + 60_000, '3h1m'],
		[9 * 3600_000, '9h'],
		[48 * 3600_000, '2d'],
		[50 * 3600_000, '2d2h'],
		[8 * 24 * 3600_000, '8d'],
		[800 * 24 * 3600_000, '2y70d'],
		[9 * 365 * 24 * 3600_000, '9y'],
	])('%d ms is %s', (milliseconds, text) => {
		expect(humanDuration(milliseconds)).toBe(text);
	});

	it('reads Go durations', () => {
		expect(parseDuration('1m30s')).toBe(90_000);
		expect(parseDuration('500ms')).toBe(500);
		expect(parseDuration('-1s')).toBe(-1000);
		expect(parseDuration('0')).toBe(0);
		expect(parseDuration('soon')).toBeUndefined();
	});

	it('adds quantities and writes them as Kubernetes does', () => {
		const sum = addQuantities(parseQuantity('100m'), parseQuantity('1.5'));
		expect(quantityText(sum)).toBe('1600m');
		expect(quantityText(addQuantities(parseQuantity('64Mi'), parseQuantity('960Mi')))).toBe('1Gi');
		expect(quantityText(parseQuantity('16777216Ki'))).toBe('16Gi');
		expect(quantityText(parseQuantity('1000m'))).toBe('1');
		expect(percentOf(parseQuantity('250m'), parseQuantity('2'))).toBe(12);
	});
});

describe('-o go-template', () => {
	const object = {
		kind: 'Service',
		count: 1234567,
		share: 0.5,
		ports: [
			{name: 'http', port: 80},
			{name: 'tls', port: 443},
		],
		labels: {b: '2', a: '1'},
	};
	const printed = (template: string, allowMissing = true) => goTemplate(template)(object, {allowMissing});

	it.each([
		['{{.kind}} {{.count}} {{.share}} {{.nope}} {{.nope.deeper}}', 'Service 1234567 0.5 <no value> <no value>'],
		['{{.labels}} {{.ports}}', 'map[a:1 b:2] [map[name:http port:80] map[name:tls port:443]]'],
		['{{range $i, $p := .ports}}{{if $i}}, {{end}}{{$p.name}}={{$p.port}}{{end}}', 'http=80, tls=443'],
		['{{range $key, $value := .labels}}{{$key}}{{$value}}{{end}}{{range .nope}}x{{else}}none{{end}}', 'a1b2none'],
		['{{range .ports}}{{if eq .port 443}}{{break}}{{end}}{{$.kind}}:{{.name}}{{end}}', 'Service:http'],
		['{{if eq .kind "x"}}1{{else if gt (len .ports) 2}}2{{else if .labels.a}}3{{else}}4{{end}}', '3'],
		['{{with $x := .labels}}{{$x.a}}{{.b}}{{end}}{{with .nope}}{{else}}-{{end}}', '12-'],
		['{{$n := 1}}{{range .ports}}{{$n = .port}}{{end}}{{$n}}', '443'],
		['a {{- /* said by nobody */ -}} b {{- .kind -}} c', 'abServicec'],
		['{{define "p"}}<{{.name}}>{{end}}{{range .ports}}{{template "p" .}}{{end}}', '<http><tls>'],
		['{{(index .ports 1).name}} {{index .labels "a"}} {{.kind | printf "%-9s|" }}', 'tls 1 Service  |'],
		['{{and .kind .nope}} {{or .nope "b"}} {{not .nope}} {{exists . "labels" "a"}}', '<no value> b true true'],
		[
			'{{printf "%d %05d %v %q %%" 7 42 .share .kind}} {{print 1 2 "x"}} {{println "y"}}',
			'7 00042 0.5 "Service" % 1 2x y\n',
		],
		['{{`raw {{ }}`}} {{"tab\\t|"}} {{base64decode "aGk="}} {{html "<"}}', 'raw {{ }} tab\t| hi &lt;'],
	])('%s', (template, text) => expect(printed(template)).toBe(text));

	it('says where a template goes wrong', () => {
		expect(() => printed('x\n{{.ports.name}}')).toThrow(
			'template: output:2:8: executing "output" at <.ports.name>: can\'t evaluate field name in type interface {}',
		);
		expect(() => printed('{{.nope}}', false)).toThrow('map has no entry for key "nope"');
		expect(() => printed('{{eq .kind 1}}')).toThrow('error calling eq: incompatible types for comparison');
		expect(() => printed('{{index .ports 2}}')).toThrow('index out of range: 2');
		expect(() => goTemplate('{{if .a}}')).toThrow('unexpected EOF');
		expect(() => goTemplate('{{what .a}}')).toThrow('function "what" not defined');
		expect(() => goTemplate('{{range .a}}{{$x}}{{end}}')).toThrow('undefined variable "$x"');
		expect(() => goTemplate('{{.a')).toThrow('unclosed action');
	});
});
