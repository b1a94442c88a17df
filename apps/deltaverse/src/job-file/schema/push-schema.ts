import type { JsonSchema } from '@deltaverse/options'
import { emptyCells } from '../../push/column-mapping.js'
import { missingRows } from '../../push/push-settings.js'
import { columnSchema } from './column-schema.js'
import { pick } from './pull-schema.js'
import { mapOf, object, text, texts } from './schema-parts.js'
import { sourceSchema } from './source-schema.js'

/** What a writer can be told of how rows are written, by the declarations of its options. */
const ofWriter = [
  'batchSize',
  'strategy',
  'maxBatchBytes',
  'concurrency',
  'changesetSize',
  'nulls',
  'badCharacters',
  'keyMismatch',
  'states',
  'separateOwner',
  'inactiveState',
  'maxAttempts',
  'baseDelayMs',
  'bypassBusinessLogic',
  'bypassStepIds',
  'bypassFlows',
  'detectDuplicates',
  'tag',
]

/** @param writer the options of the sink of Dataverse */
export function pushSchema(writer: JsonSchema): JsonSchema {
  return object(
    {
      from: sourceSchema(),
      to: text('Connection of the environment.'),
      table: text('Logical name or entity set.'),
      key: { anyOf: [text('Column that names a row.'), texts('Columns that name a row.')] },
      operation: { enum: ['upsert', 'create', 'update'], description: 'Default: upsert.' },
      ...pick(writer, ofWriter),
    },
    ['from', 'to', 'table', 'key'],
    'Rows of a source into a table.',
  )
}

/** What a job that pushes says beside its push. */
export const pushTerms: Readonly<Record<string, JsonSchema>> = {
  columns: mapOf(columnSchema, "The table's columns. Default: those of the source, by their names."),
  missing: {
    enum: missingRows,
    description: 'Rows that the source brought before and does not have any more. Default: ignore.',
  },
  deadLetters: text('File of the rows that were not written.'),
  state: text('Folder that remembers which rows a source brought. Default: .deltaverse.'),
  empty: {
    enum: emptyCells,
    description: 'What empty cells do. Default: null, which clears the column.',
  },
  decimal: { enum: [',', '.'], description: 'Between a number and its fraction.' },
  dateFormat: text('How dates stand in the source: dd.MM.yyyy. Default: ISO 8601.'),
  timeZone: text('Zone of times that say none.'),
}
