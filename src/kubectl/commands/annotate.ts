import {metadataCommand} from '../metadata-command.ts';

/** `kubectl annotate`. */
export const command = metadataCommand({field: 'annotations', what: 'annotation', done: 'annotated', verb: 'annotate'});
