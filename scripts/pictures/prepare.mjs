// Makes a home of the lab as a learner would have it: a cluster with what the lesson has made so far, its time standing
// still, and the lesson's journal. Everything in it is the same each time.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseDocument} from 'yaml';
import {openJournal} from '../../src/engine/journal.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import {createCredentials} from '../../src/simulator/api/certificate.ts';
import {startKubernetes} from '../../src/simulator/kubernetes.ts';

/** The time on every clock of the pictures, ms since 1970. */
export const now = Date.UTC(2026, 0, 15, 9, 10, 0);

const minute = 60_000;
const empty = {at: now, pods: [], services: [], endpoints: [], slices: [], deployments: []};

/** Steps that the learner has done, how long each took, and what was predicted in them. */
function runEvents(lesson, solved, predictions) {
	let at = now - 8 * minute;
	const events = [{at, type: 'open'}];
	for (const [index, step] of lesson.steps.entries()) {
		events.push({at, type: 'enter', step: step.id});
		if (index >= solved) break;
		at += (0.5 + index / 10) * minute;
		const choice = predictions[step.id] ?? step.predict?.answer;
		if (choice) events.push({at, type: 'predict', step: step.id, choice});
		at += minute;
		const wrong = choice !== undefined && choice !== step.predict.answer;
		events.push({at, type: 'solve', step: step.id, ...(wrong && {snapshot: empty})});
	}
	if (solved === lesson.steps.length) events.push({at, type: 'finish'});
	return [...events, {at, type: 'close'}];
}

/** The cluster as the manifests of a lesson make it, ready, and its time standing still from then on. */
async function prepareCluster(folder, manifests) {
	const kubernetes = await startKubernetes({
		folder,
		now: now - 6 * minute,
		seed: 5,
		speed: 0,
		// Clients check these by the real time.
		newCredentials: () => createCredentials(Date.now()),
	});
	const settle = () => {
		while (kubernetes.control.step());
	};
	settle();
	for (const file of manifests) {
		const object = parseDocument(readFileSync(file, 'utf8')).toJS();
		const resource = {Deployment: 'deployments', Service: 'services'}[object.kind];
		object.metadata.namespace = 'default';
		kubernetes.simulation.registry.create(resource, object);
		settle();
	}
	await kubernetes.close();
	fixNames(join(folder, 'state.json'));
}

/**
 * Gives the objects that pictures show the same names whatever the simulator has drawn before, and lets it draw the same from
 * here on: it adds its newest version to the seed.
 */
function fixNames(file) {
	const text = readFileSync(file, 'utf8');
	const {store} = JSON.parse(text);
	const names = pattern => [...new Set(text.match(pattern))].sort();
	const fixed = new Map([
		...names(/nginx-deployment-[a-z0-9]+-[a-z0-9]{5}\b/g).map((name, index) => [
			name,
			name.replace(/[^-]+$/, ['4n6cr', 'gx7wq', 'm2hvk'][index]),
		]),
		...names(/my-service-[a-z0-9]{5}\b/g).map(name => [name, 'my-service-9tzlp']),
	]);
	const renamed = text.replaceAll(
		/(?:nginx-deployment-[a-z0-9]+|my-service)-[a-z0-9]{5}\b/g,
		name => fixed.get(name) ?? name,
	);
	const state = JSON.parse(renamed);
	writeFileSync(file, JSON.stringify({...state, seed: 1_000_000 - store.revision}));
}

/** Prepares a home in which `solved` steps of the lesson about Endpoints are done. */
export async function prepareHome(home, {solved, predictions = {}, manifests = []}) {
	const lesson = findLesson('endpoints');
	mkdirSync(home, {recursive: true});
	await prepareCluster(
		join(home, 'embedded'),
		manifests.map(name => join(lesson.folder, name)),
	);
	const journal = openJournal(join(home, 'progress', `${lesson.id}.jsonl`), lesson.id, now);
	for (const event of runEvents(lesson, solved, predictions)) journal.append(event);
	journal.close();
}
