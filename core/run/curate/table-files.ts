/** The files of a table, as the pointer names them. */
export interface TableFiles {
  /** Folder in the lake that holds the files and nothing else, with a trailing slash. */
  readonly location: string;
  readonly files: number;
  readonly records: number;
  /** Of the files. */
  readonly bytes: number;
}
