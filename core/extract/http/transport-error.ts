import { type BaseloadError, PermanentError, TransientError } from '../../errors';
import type { AuthorizedRequest } from '../auth/authorizer';
import { mask } from './mask';

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
  ERR_SSL_WRONG_VERSION_NUMBER:
    'the server does not speak TLS on this port: perhaps it is http:// and not https://',
};

/** Codes of Node's TLS layer and OpenSSL for a certificate that will not be better in a minute. */
const certificateProblem =
  /^(ERR_TLS_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/;

/** OpenSSL's codes for the server's word that our own certificate does not do or is missing (RFC 8446, section 6.2). */
const ownCertificateProblem =
  /^ERR_SSL_\w+_ALERT_(BAD_CERTIFICATE|CERTIFICATE_|UNSUPPORTED_CERTIFICATE|NO_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

/**
 * Turns a failure below HTTP into a TransientError, or a PermanentError for a certificate that one side does not trust.
 * The message quotes nothing of the request but what may be shown.
 */
export function transportError(
  error: unknown,
  { shown: request, credentials }: Pick<AuthorizedRequest, 'shown' | 'credentials'>,
): BaseloadError {
  const code = textOf(error, 'code');
  const message = mask(textOf(error, 'message') || String(error), credentials)
    .trim()
    .replace(/\s+/g, ' ');
  const options = { cause: error, evidence: { request } };
  if (certificateProblem.test(code)) {
    return new PermanentError(
      `${request}: the server's certificate is not trusted (${code}: ${message})`,
      options,
    );
  }
  if (ownCertificateProblem.test(code)) {
    return new PermanentError(
      `${request}: the server does not accept the certificate that we showed, or misses one (${code}): check the source's tls`,
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
