import {useApp, useInput, useWindowSize} from 'ink';
import {useEffect, useLayoutEffect, useState} from 'react';
import type {Language} from '../text/text.ts';
import type {FrameWriter} from './frame-writer.ts';
import {keyPresses} from './keys.ts';
import {
	type ClusterChoice,
	type PickableLesson,
	type Picked,
	type PickerState,
	pickerState,
	pressed,
} from './picker.ts';
import {quietly} from './quiet.ts';
import {show} from './show.ts';
import {type Theme, themeOf} from './theme.ts';
import {drawPicker} from './view/picker.ts';

export type PickOptions = {
	lessons: readonly PickableLesson[];
	/** At least one; the first is the default. */
	clusters: readonly ClusterChoice[];
	language: Language;
	/** The id of the cluster that is chosen at the start. */
	cluster: string;
	environment: Record<string, string | undefined>;
	signal: AbortSignal;
	/** Takes what was written to stderr meanwhile. */
	log?: (text: string) => void;
};

/** Shows the lessons to choose from, full-screen. undefined when the learner leaves without choosing. */
export async function pickLesson(options: PickOptions): Promise<Picked | undefined> {
	const {lessons, clusters, language, cluster, environment, signal, log} = options;
	let outcome: Picked | null = null;
	const restore = quietly(log);
	try {
		const first = pickerState(lessons, clusters, language, cluster);
		const theme = themeOf(environment, process.platform);
		await show(frames => (
			<Picker
				frames={frames}
				first={first}
				theme={theme}
				signal={signal}
				onDone={picked => {
					outcome = picked;
				}}
			/>
		));
	} finally {
		restore();
	}
	return outcome ?? undefined;
}

type PickerProps = {
	frames: FrameWriter;
	first: PickerState;
	theme: Theme;
	signal: AbortSignal;
	onDone: (picked: Picked | null) => void;
};

function Picker({frames, first, theme, signal, onDone}: PickerProps) {
	const [state, setState] = useState(first);
	const {columns, rows} = useWindowSize();
	const {exit} = useApp();
	useInput((input, key) => {
		setState(current => keyPresses(input, key).reduce(pressed, current));
	});
	useEffect(() => {
		if (state.outcome === undefined) return;
		onDone(state.outcome);
		exit();
	}, [state.outcome, onDone, exit]);
	useEffect(() => {
		const abort = () => exit();
		if (signal.aborted) abort();
		signal.addEventListener('abort', abort);
		return () => signal.removeEventListener('abort', abort);
	}, [signal, exit]);
	useLayoutEffect(() => frames.show({lines: drawPicker(state, columns, rows, theme), columns}, theme));
	return null;
}
