import { encodedForms } from './encoded-forms';
import { backslashes, formsOf, percentSign } from './escaped-forms';

/** Credentials shorter than this are not looked for in base64 or hexadecimal digits, where they could be anything. */
const shortestEncoded = 8;

/** Characters of a piece of a longer credential, and how many two of them share: whole groups of three bytes, as base64 takes them. */
const pieceLength = 510;
const overlap = 12;

/** Regular expressions for a credential as it may be written; in each, the longest first where one begins another. */
export function writtenForms(credential: string): readonly string[] {
  return piecesOf(credential).flatMap((piece) =>
    piece.length < shortestEncoded ? [escapable(piece)] : [escapable(piece), ...encodedForms(piece)],
  );
}

/** A long credential in pieces that overlap: a regular expression for all of it could be larger than they may be. */
function piecesOf(credential: string): readonly string[] {
  const characters = [...credential];
  const count = Math.max(1, Math.ceil((characters.length - overlap) / (pieceLength - overlap)));
  return Array.from({ length: count }, (_, index) => {
    const from = index * (pieceLength - overlap);
    return characters.slice(from, from + pieceLength).join('');
  });
}

/** A run of backslashes is a run of any length from its own on: JSON doubles it each time, and adds those of the next escape. */
function escapable(text: string): string {
  // Where what follows a backslash reads like another one, each of them could be told in two ways: exponentially many
  const ambiguous = /u005c|%(25)*5c|&#(0*92|x0*5c);/i.test(text);
  const parts = [...text.matchAll(/\\+|[^\\]/gsu)].map(([part]) => part);
  return parts
    .map((part, at) =>
      part.startsWith('\\')
        ? backslashRun(part.length, ambiguous)
        : `(?:${formsOf(part, parts[at - 1]?.startsWith('\\') ? '' : backslashes).join('|')})`,
    )
    .join('');
}

function backslashRun(length: number, ambiguous: boolean): string {
  if (ambiguous) return `\\\\{${length},${Math.min(32 * length, 4096)}}`;
  const one = ['\\\\', `${percentSign}5[cC]`, 'u005[cC]', '&#(?:0*92|[xX]0*5[cC]);'].join('|');
  return `(?:${one}){${length},${Math.min(32 * length, 4096)}}`;
}
