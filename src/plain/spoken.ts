import type {CheckView, RunView, StepView} from '../engine/view.ts';
import {causesOf, isItsOwn} from '../observe/causes.ts';
import {parseLabelSelector} from '../observe/label-selector.ts';
import type {TimelineEntry} from '../observe/snapshot.ts';
import {duration} from '../text/duration.ts';
import type {Text} from '../text/text.ts';

/** What turns a run's views into lines. `prose` makes lines of Markdown, one for each paragraph. */
export type Voice = {text: Text; prose(markdown: string): string[]};

/** How many changes of the cluster are told at once; the rest is counted. */
const toldAtOnce = 20;

/** A step from its title to its checks, or after the last one that it is the end. */
export function stepLines(view: RunView, {text, prose}: Voice): string[] {
	const words = text.plain.lab;
	const {step} = view;
	if (view.finished) return ['', words.finished(view.lesson.title), words.finishedHow];
	return [
		'',
		words.step(view.stepIndex + 1, view.steps.length, step.title, step.solved),
		...prose(step.story),
		...questionLines(step, text),
		...step.commands.filter(command => !step.story.includes(command)).map(words.proposed),
		...(step.solved ? solvedLines(step, {text, prose}) : checkLines(step.checks, text)),
		...step.hints.map(hint => words.hint(prose(hint).join(' '))),
	];
}

/** The question of a step that may still be answered. */
function questionLines({prediction}: StepView, {plain, screen}: Text): string[] {
	if (!prediction?.open) return [];
	if (prediction.chosen !== undefined) return [plain.lab.predicted(chosenText(prediction) ?? ''), screen.predicted];
	return [
		plain.question(prediction.question),
		...prediction.choices.map((choice, index) => `  ${index + 1}  ${choice.text}`),
		plain.lab.answer(prediction.choices.length),
	];
}

/** Each check: what holds, and of the others what is missing. */
export function checkLines(checks: readonly CheckView[], {plain}: Text): string[] {
	return checks.map(({state, text, waiting}) =>
		state === 'passed' ? plain.lab.holds(text) : plain.lab.missing(waiting ?? text),
	);
}

/**
 * The watched Pods with their addresses in each watched Service, a sentence each, and the addresses without a Pod; only
 * sentences with the filter's text, whatever its case.
 */
export function clusterLines(view: RunView, text: Text, filter = ''): string[] {
	const lines = sentences(view, text);
	const wanted = lines.filter(line => line.toLowerCase().includes(filter.toLowerCase()));
	return wanted.length > 0 ? wanted : [text.screen.noMatches(filter)];
}

function sentences({now, watch}: RunView, {plain}: Text): string[] {
	const words = plain.lab;
	const selected = parseLabelSelector(watch.pods);
	const lists = now.endpoints.filter(({name}) => watch.services.includes(name));
	const pods = now.pods.filter(({labels}) => selected(labels));
	const ownAddresses = new Set(pods.map(({ip}) => ip));
	return [
		...(pods.length === 0 ? [words.noPods] : []),
		...pods.map(({name, ip, status, ready}) => {
			const services = lists.filter(({addresses}) => ip && addresses.some(one => one.ready && one.ip === ip));
			return words.pod(
				name,
				ip,
				status,
				ready,
				services.map(service => service.name),
			);
		}),
		...lists.flatMap(({name, addresses}) =>
			addresses
				.filter(({ip}) => !ownAddresses.has(ip))
				.map(({ip, port}) => words.address(port === undefined ? ip : `${ip}:${port}`, name)),
		),
	];
}

/** The EndpointSlices of each watched Service, with the conditions of every address. */
export function sliceLines({now, watch}: RunView, {plain, screen}: Text): string[] {
	const words = plain.lab;
	if (watch.services.length === 0) return [screen.noService];
	return watch.services.flatMap(service => {
		const slices = now.slices.filter(slice => slice.service === service);
		if (slices.length === 0) return [screen.noSlices(service)];
		return slices.flatMap(({name, managedBy, addresses}) => [
			words.slice(name, service, managedBy ? screen.managedBy(managedBy) : screen.managedByNobody, addresses.length),
			...addresses.map(({ip, port, ready, serving = false, terminating = false, pod}) =>
				words.sliceAddress(port === undefined ? ip : `${ip}:${port}`, {ready, serving, terminating}, pod),
			),
		]);
	});
}

/** All that is known of what has happened, each with its time since the command before it, and with its cause. */
export function historyLines({timeline}: RunView, text: Text): string[] {
	const {plain, screen} = text;
	if (timeline.length === 0) return [screen.noTimeline];
	const causes = causesOf(timeline);
	let command: TimelineEntry | undefined;
	return timeline.map(entry => {
		if (entry.what === 'command') {
			command = entry;
			return `$ ${(entry.detail ?? entry.name).replaceAll('\n', ' ; ')}`;
		}
		const cause = causes.get(entry);
		const happened = sentenceOf(entry, text);
		const told =
			cause && !isItsOwn(cause, entry)
				? plain.lab[cause.sure ? 'because' : 'following'](happened, sentenceOf(cause.entry, text))
				: happened;
		return command === undefined ? told : plain.lab.after(duration(entry.at - command.at), told);
	});
}

function sentenceOf({what, name, detail = ''}: TimelineEntry, {plain, screen}: Text): string {
	if (what === 'endpoint-in') return plain.lab.joined(detail, name);
	if (what === 'endpoint-out') return plain.lab.left(detail, name);
	return screen.happened[what](name, detail);
}

/** What has changed from one view of a run to the next, a line each. */
export function changeLines(before: RunView, after: RunView, voice: Voice): string[] {
	const {text, prose} = voice;
	const words = text.plain.lab;
	const lines = [...connectionLines(before, after, text), ...happenedLines(before, after, text)];
	if (before.step.id !== after.step.id || before.finished !== after.finished) {
		return [...lines, ...stepLines(after, voice)];
	}
	const {step} = after;
	// While the cluster does not answer nothing new is known about what holds.
	if (after.observe.state === 'live') {
		for (const check of step.checks) {
			const known = before.step.checks.find(({id}) => id === check.id)?.state;
			if (known === check.state) continue;
			if (check.state === 'passed') lines.push(words.holds(check.text));
			if (check.state === 'broken') lines.push(words.undone(check.text));
		}
	}
	const hints = step.hints.filter(hint => !before.step.hints.includes(hint));
	lines.push(...hints.map(hint => words.hint(prose(hint).join(' '))));
	if (step.prediction?.chosen !== before.step.prediction?.chosen) lines.push(...questionLines(step, text));
	if (step.solved && !before.step.solved) lines.push(...solvedLines(step, voice));
	return lines;
}

function solvedLines({prediction, explanation}: StepView, {text, prose}: Voice): string[] {
	const words = text.plain.lab;
	const answer = prediction?.choices.find(({id}) => id === prediction.answer)?.text;
	return [
		words.solved,
		...(prediction?.right === true ? [text.screen.predictedRight] : []),
		...(prediction?.right === false ? [text.screen.predictedWrong, words.predicted(chosenText(prediction) ?? '')] : []),
		...(prediction && prediction.right !== true && answer ? [text.plain.answer(answer)] : []),
		...(explanation ? prose(explanation) : []),
		words.goOn,
	];
}

function chosenText({choices, chosen}: NonNullable<StepView['prediction']>): string | undefined {
	return choices.find(({id}) => id === chosen)?.text;
}

function connectionLines({observe: before}: RunView, {observe: after}: RunView, {plain, screen}: Text): string[] {
	if (before.state === after.state) return [];
	if (after.state === 'retrying') return [after.error ?? screen.retrying];
	return before.state === 'retrying' && after.state === 'live' ? [plain.lab.connected] : [];
}

function happenedLines(before: RunView, after: RunView, text: Text): string[] {
	const {plain} = text;
	const known = new Set(before.timeline);
	const fresh = after.timeline.filter(entry => !known.has(entry) && entry.what !== 'command');
	const since = after.timeline.findLast(({what}) => what === 'command')?.at;
	const sentence = (entry: TimelineEntry) => {
		const happened = sentenceOf(entry, text);
		return since === undefined || entry.at < since ? happened : plain.lab.after(duration(entry.at - since), happened);
	};
	const told = fresh.slice(0, toldAtOnce).map(sentence);
	return fresh.length > toldAtOnce ? [...told, plain.lab.more(fresh.length - toldAtOnce)] : told;
}
