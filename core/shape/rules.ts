/**
 * What a record can break: it is no object; a value does not say what its type says, holds half a surrogate
 * pair, cannot be evaluated by the column's sql or its derived expression, is missing, is too small, too large, does not match
 * the pattern, is not among the texts of enum; what is to be exploded is no array; its transform threw.
 */
export type Rule =
  | 'object'
  | 'type'
  | 'surrogate'
  | 'sql'
  | 'derived'
  | 'required'
  | 'min'
  | 'max'
  | 'pattern'
  | 'enum'
  | 'explode'
  | 'transform';
