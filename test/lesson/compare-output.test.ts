import {describe, expect, test} from 'vitest';
import {compareOutput} from '../../src/lesson/compare-output.ts';

const printed = `NAME                                READY   STATUS    RESTARTS     AGE   IP           NODE
nginx-deployment-76fd95557c-bnld2   1/1     Running   0            75s   10.244.1.3   lab-worker
nginx-deployment-76fd95557c-s9rf2   0/1     Running   1 (2s ago)   2m5s  10.244.2.2   lab-worker2
`;

describe('a quoted output agrees with what was printed', () => {
	test('word for word', () => {
		expect(compareOutput(printed, printed)).toBeUndefined();
	});

	test('whatever the addresses, ages, nodes, made-up names and widths of columns are', () => {
		const quoted = `
NAME                                READY STATUS  RESTARTS    AGE IP         NODE
nginx-deployment-5d59d67564-x2vbn   1/1   Running 0           3s  10.244.0.9 endpoint-lab-worker2
nginx-deployment-5d59d67564-zzq7m   0/1   Running 1 (9s ago)  9s  10.244.0.8 other-control-plane`;
		expect(compareOutput(quoted, printed)).toBeUndefined();
		expect(
			compareOutput('service/web-2vbn5 deleted', 'service/web-x7kzq deleted from default namespace'),
		).toBeUndefined();
		expect(compareOutput('at 2020-01-01T00:00:00Z', 'at 2026-11-22T03:04:05.123456Z')).toBeUndefined();
	});

	test('where … stands for a line, for several, or for none, and in a line for anything', () => {
		expect(compareOutput('…\nnginx-… 0/1 Running …', printed)).toBeUndefined();
		expect(compareOutput('NAME …\n…\nnginx-… 1/1 …\n…', printed)).toBeUndefined();
		expect(compareOutput('…', '')).toBeUndefined();
	});
});

describe('a quoted output differs', () => {
	test('by a word, and the diff shows both lines among those that agree', () => {
		const quoted = 'Name: web\nType: NodePort\nEvents: <none>';
		expect(compareOutput(quoted, 'Name:   web\nType:   ClusterIP\nEvents: <none>\n')).toEqual([
			'  Name:   web',
			'- Type: NodePort',
			'+ Type:   ClusterIP',
			'  Events: <none>',
		]);
	});

	test('by a line too many, a line too few, or no output at all', () => {
		expect(compareOutput('one\ntwo', 'one')).toEqual(['  one', '- two']);
		expect(compareOutput('one', 'one\ntwo')).toEqual(['  one', '+ two']);
		expect(compareOutput('one\n…', '')).toEqual(['- one']);
	});

	test('by the number of addresses, a count, or a name that was chosen', () => {
		expect(compareOutput('web 10.0.0.1:80,10.0.0.2:80 3s', 'web 10.0.0.1:80 3s')).toBeDefined();
		expect(compareOutput('web 10.0.0.1:80 3s', 'web 10.0.0.1:8080 3s')).toBeDefined();
		expect(compareOutput('web 1/1 Running 0', 'web 0/1 Running 0')).toBeDefined();
		expect(compareOutput('my-service', 'my-servers')).toBeDefined();
	});

	test('where … must not hide what stands around it', () => {
		expect(compareOutput('a … z', 'a b c')).toEqual(['- a … z', '+ a b c']);
	});
});
