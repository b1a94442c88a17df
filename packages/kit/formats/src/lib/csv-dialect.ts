/** How CSV is written: RFC 4180 unless said otherwise. */
export interface CsvDialect {
  /** Between two values. Default: `,`. */
  readonly delimiter?: ',' | ';' | '\t' | '|' | undefined
  /** Around values that need it, doubled within. Default: `"`. */
  readonly quote?: '"' | "'" | undefined
  /** Behind each record. Default: CR and LF, as RFC 4180 has it. */
  readonly lineEnd?: '\r\n' | '\n' | undefined
  /** Whether a file begins with the names of its columns. Default: `true`. */
  readonly header?: boolean | undefined
  /** What stands, unquoted, for null; a text that reads the same is quoted. Default: nothing between two delimiters. */
  readonly nullText?: string | undefined
}

/** @throws TypeError for a dialect in which values could not be told apart */
export function requireCsvDialect(dialect: CsvDialect = {}): ResolvedCsvDialect {
  const { delimiter = ',', quote = '"', lineEnd = '\r\n', header = true, nullText = '' } = dialect
  if ([delimiter, quote, '\r', '\n'].some((character) => nullText.includes(character))) {
    throw new TypeError('nullText must not hold the delimiter, the quote or a line end')
  }
  return { delimiter, quote, lineEnd, header, nullText }
}

/** {@link CsvDialect} with its defaults. */
export type ResolvedCsvDialect = {
  readonly [Name in keyof CsvDialect]-?: Exclude<CsvDialect[Name], undefined>
}
