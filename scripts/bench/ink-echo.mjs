// Floor of screen.mjs: the least that Ink can be made to do, echoing keys on a full screen. usage: node ink-echo.mjs
import {Box, render, Text, useInput, useWindowSize} from 'ink';
import {createElement, useState} from 'react';

function Echo() {
	const [typed, setTyped] = useState('');
	const {columns, rows} = useWindowSize();
	useInput((input, key) => setTyped(text => (key.ctrl ? '' : text + input)));
	return createElement(Box, {width: columns, height: rows - 1}, createElement(Text, null, `$ ${typed}`));
}

await render(createElement(Echo), {
	alternateScreen: true,
	incrementalRendering: true,
	interactive: true,
}).waitUntilExit();
