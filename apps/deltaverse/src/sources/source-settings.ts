/** Which source, and how it is read. */
export interface SourceSettings {
  /** A path, or `-` for standard input. */
  readonly path: string
  /** Default: told from the ending of the path. */
  readonly format?: SourceFormat | undefined
  /** A name as the Encoding Standard has it: `utf-8`, `windows-1252`. Default: UTF-8, or what a byte order mark says. */
  readonly encoding?: string | undefined
  /** Of CSV. Default: the one that the first line has most of. */
  readonly delimiter?: string | undefined
  /** Of CSV, without one: the names of the columns. */
  readonly header?: readonly string[] | undefined
}

export const sourceFormats = ['csv', 'ndjson', 'json'] as const

export type SourceFormat = (typeof sourceFormats)[number]
