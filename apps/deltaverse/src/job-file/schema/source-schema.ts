import type { JsonSchema } from '@deltaverse/options'
import { sourceFormats } from '../../sources/source-settings.js'
import { object, text, texts } from './schema-parts.js'

/** `{ csv: ./employees.csv }`, and how the file is read. */
export function sourceSchema(): JsonSchema {
  const terms = {
    encoding: text('Such as windows-1252. Default: UTF-8, or what the byte order mark says.'),
    delimiter: text('Of CSV. Default: found in the first line.'),
    header: texts('Names of the columns, for CSV without a header.'),
  }
  return {
    anyOf: sourceFormats.map((format) =>
      object({ [format]: text('A path.'), ...terms }, [format], `Rows of ${format}.`),
    ),
  }
}
