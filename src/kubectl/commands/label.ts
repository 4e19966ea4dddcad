import {metadataCommand} from '../metadata-command.ts';

/** `kubectl label`. */
export const command = metadataCommand({field: 'labels', what: 'label', done: 'labeled', verb: 'label'});
