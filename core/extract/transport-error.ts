import { type BaseloadError, PermanentError, TransientError } from '../errors';

/** What Node, undici and zlib call the ways in which a request comes to nothing. */
const explanations: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body was cut off',
  ECONNRESET: 'the connection was reset',
  ECONNREFUSED: 'the connection was refused',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no connection was made in time',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  Z_BUF_ERROR: 'the compressed body was cut off',
  Z_DATA_ERROR: 'the compressed body is damaged',
};

/** Codes of Node's TLS layer and OpenSSL for a certificate that will not be better in a minute. */
const certificateProblem =
  /^(ERR_TLS_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/;

/**
 * Turns a failure below HTTP into a TransientError, or a PermanentError for a certificate that is not trusted.
 * `request` is the method and URL without credentials.
 */
export function transportError(error: unknown, request: string): BaseloadError {
  const code = textOf(error, 'code');
  const message = textOf(error, 'message') || String(error);
  const options = { cause: error, evidence: { request } };
  if (certificateProblem.test(code)) {
    return new PermanentError(
      `${request}: the server's certificate is not trusted (${code}: ${message})`,
      options,
    );
  }
  return new TransientError(`${request}: ${explanations[code] ?? message} (${code || 'no code'})`, options);
}

/** By shape, not by class: an error may come from another realm. */
function textOf(error: unknown, name: 'code' | 'message'): string {
  if (typeof error !== 'object' || error === null) return '';
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
