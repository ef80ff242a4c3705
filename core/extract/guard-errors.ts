import { PermanentError, TransientError } from '../errors';

// What pages can be that would make a load wrong without anybody noticing. A class each: its name appears in dead
// letters, so that an operator can group by it.

/** A chain goes on far beyond what the source says it holds, or what any chain may hold. */
export class EndlessChainError extends PermanentError {}

/** A page names the next one at another origin, where no credential of this source may go. Names both origins. */
export class ForeignLinkError extends PermanentError {}

/** An answer with a good status is a web page: a login, a maintenance notice, an error page. */
export class HtmlPageError extends PermanentError {}

/** A page holds more records than were asked for, so positions counted by the page size are wrong. */
export class LongPageError extends PermanentError {}

/** A page says that more follow, or does not say that none do, and there is nothing that they could be asked for by. */
export class NextPageNotFoundError extends PermanentError {}

/** An answer with a good status is no JSON object or array. */
export class NotJsonError extends PermanentError {}

/** There is no array of records where the dataset says. */
export class RecordsNotFoundError extends PermanentError {}

/** A page names a cursor, link or key that was followed before: the chain would go in a circle. */
export class RepeatedCursorError extends PermanentError {}

/** Two pages begin with the same record: the source does not honour the position it is asked for. */
export class RepeatedPageError extends PermanentError {}

/** A slice holds more records than the source lets anybody see, and cannot be made smaller. */
export class ResultWindowError extends PermanentError {}

/** An answer with a good status names errors in its body, as GraphQL does. */
export class SourceError extends PermanentError {}

/** There is no number of records or pages, and no link to the last page, where the dataset says. */
export class TotalNotFoundError extends PermanentError {}

/** A record has a field that no column reads, and the dataset says that there must be none. Names the field and its first page. */
export class UnknownFieldError extends PermanentError {}

/** A record does not fit, and its column or dataset says that then the run fails. Names its place, the column, the rule and the masked value. */
export class UnfitRecordError extends PermanentError {}

// These may come right when the page is asked for again.

/** A body ends in the middle, or is damaged. */
export class CutOffBodyError extends TransientError {}

/** A page before the last one of its slice holds no records, or one that the source named or counted is not there. */
export class EmptyPageError extends TransientError {}

/** A page before the last one of its slice holds fewer records than were asked for. */
export class ShortPageError extends TransientError {}
