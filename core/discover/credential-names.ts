/** Words that say it wherever they stand in a name. */
const telling = /token|secret|passw|passphrase|passcode|signature|credential|api_?key|auth(?!or)|authori[sz]/;
/** Words that say it only as a whole, or at the end of a word: a design holds no 'sig'. */
const whole =
  /^(pass|pwd|sas|sid|sig|jwt|hmac|otp|bearer|cookies?|appid|app id|j?session|(j|php|asp)?sess(ion)?ids?)$|(key|[^mo]pass)$/;
/** Words that end so by chance. */
const byChance =
  /^(monkey|donkey|turkey|hockey|jockey|whiskey|hotkey|compass|bypass|overpass|underpass|trespass)$/;
/** Names that are no credentials: where a pagination goes on, what is sorted by, and what a key or token is besides. */
const harmless = new RegExp(
  [
    /^((x|next|prev|previous|page|paging|pagination|cursor|continuation|skip|scroll|resume|resumption|sync|delta|change)_)+token$/,
    /^((start|starting|end|last|first|after|before|from|since|next|exclusive|evaluated)_)+key$/,
    /^(sort|order|group|partition|range|primary|foreign|natural|project|issue|object|record|item|idempotency)(_by)?_key$/,
    /^(token|key|session)_(type|name|status|date|address|symbol|year)$/,
    /^(author|authors|authored|authority|authorities|tokenized?|secretary|secretariat)(_|$)/,
  ]
    .map(({ source }) => `(${source})`)
    .join('|'),
);
/** As the above, where a name's words are not told apart. */
const harmlessPlain =
  /^(next|prev|previous|page|nextpage|continuation|skip|resumption|sync|paging)token$|^(start|end|sort|order|project|issue)key$/;

/** Query parameters, and headers, whose values let somebody in: a file must not hold them. */
export function isCredentialName(name: string): boolean {
  const words = wordsOf(name);
  const joined = words.join('_');
  if (harmless.test(joined) || harmlessPlain.test(words.join(''))) return false;
  const pairs = words.slice(1).map((word, at) => `${words[at]} ${word}`);
  return (
    telling.test(joined) || [...words, ...pairs].some((word) => whole.test(word) && !byChance.test(word))
  );
}

/** Names that hardly anything but a credential has: a plain 'key' or 'token' may be a column or a place in a list as well. */
const clear =
  /(^|_)(api_?key|access_?key|app(lication)?_key|auth_key|private_key|secret_key|subscription_key|hapikey|(access|auth|api|app|private|session|security|oauth|refresh|id|bearer|personal)_?token|secret|passw(or)?d|passphrase|passcode|bearer|jwt)$/;

/** Whether a name is clearly that of a credential: one of those of isCredentialName that can hardly mean anything else. */
export function isClearlyCredential(name: string): boolean {
  return isCredentialName(name) && clear.test(wordsOf(name).join('_'));
}

/** Words in lower case: 'AWSAccessKeyId' is aws, access, key, id; digits and signs part them. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}
