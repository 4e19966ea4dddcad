import {relative} from 'node:path';
import type {Problem} from '../lesson/problem.ts';

/** A problem whose path is as the user would type it, where that is shorter. */
export function shortPath(problem: Problem): Problem {
	const short = relative(process.cwd(), problem.file);
	return short.length < problem.file.length ? {...problem, file: short} : problem;
}
