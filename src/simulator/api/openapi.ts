import type {IncomingMessage, ServerResponse} from 'node:http';
export async function answerOpenApi(
	_path: string,
	_query: URLSearchParams,
	_request: IncomingMessage,
	_response: ServerResponse,
): Promise<boolean> {
	return false;
}
