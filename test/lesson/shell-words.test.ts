import {expect, test} from 'vitest';
import {shellCommands} from '../../src/lesson/shell-words.ts';

test.each<[string, string[][]]>([
	['kubectl get pods', [['kubectl', 'get', 'pods']]],
	[`kubectl delete pods -l "app in (a, b)"`, [['kubectl', 'delete', 'pods', '-l', 'app in (a, b)']]],
	[
		'kubectl get pods | grep web && curl web; true',
		[['kubectl', 'get', 'pods'], ['grep', 'web'], ['curl', 'web'], ['true']],
	],
	['for n in 1 2; do curl -s web > /dev/null 2>&1; done', [['curl', '-s', 'web'], ['done']]],
	[
		'x=$(kubectl get svc -o name) kubectl get "$x"',
		[
			['kubectl', 'get', 'svc', '-o', 'name'],
			['kubectl', 'get', '$x'],
		],
	],
	['echo $((1 + 2)) # kubectl nothing', [['echo', '1']]],
	[`if ! kubectl get pod 'a b'; then echo it\\'s; fi`, [['kubectl', 'get', 'pod', 'a b'], ['echo', "it's"], ['fi']]],
])('the commands of %s', (line, commands) => {
	expect(shellCommands(line)).toEqual(commands);
});
