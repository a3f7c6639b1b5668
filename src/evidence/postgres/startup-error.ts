/** Why a login ended without an ErrorResponse of the server; the text may be the server's and is not sanitised. */
export class StartupError extends Error {
	readonly code:
		| 'authentication-method'
		| 'closed-without-answer'
		| 'could-not-fork'
		| 'no-password'
		| 'not-postgresql'
		| 'timeout';

	constructor(code: StartupError['code'], message: string) {
		super(message);
		this.name = 'StartupError';
		this.code = code;
	}
}
