/** The verifier that PostgreSQL keeps of a password: made here, so that the password itself never reaches the server or its log. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** `scram_iterations` as PostgreSQL has it by default. */
const iterations = 4096;
const saltBytes = 16;
const keyBytes = 32;

/**
 * `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5803, as PostgreSQL 10 and later take it in place of a password).
 * @param password printable ASCII, which SASLprep (RFC 4013) leaves as it is
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(saltBytes)): string {
	const salted = pbkdf2Sync(password, salt, iterations, keyBytes, 'sha256');
	const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
	const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
	const serverKey = keyed('Server Key').toString('base64');
	return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** Why it cannot be the password; null: it can. */
export function passwordProblem(password: string): string | null {
	if (!/^[\x20-\x7e]*$/.test(password))
		return 'use letters, digits and signs of ASCII only: others are normalised before they are compared';
	if (password.trim() !== password) return 'it begins or ends with a blank';
	return password.length < 8 ? 'it wants at least 8 characters' : null;
}
