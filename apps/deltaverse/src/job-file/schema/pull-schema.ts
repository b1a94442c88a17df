import type { JsonSchema } from '@deltaverse/options'
import { mapOf, object, text, texts, whole } from './schema-parts.js'

/** What a feed can be told of how a table is read, by the declarations of its options. */
const ofFeed = [
  'mode',
  'labels',
  'lookups',
  'annotations',
  'pageSize',
  'onMismatch',
  'onExpired',
  'gapGuard',
  'overlapMs',
  'copyEveryMs',
  'labelsMaxAgeMs',
  'tokenLifetimeDays',
  'expiryNoticeMs',
  'readAheadBytes',
  'maxRecordBytes',
  'maxDepth',
  'exactNumbers',
  'decoder',
  'maxPageRetries',
]

/** Of one table only. */
const ofTable = ['primaryKey', 'partitionKey']

/** @param feed the options of the source of Dataverse */
export function pullSchema(feed: JsonSchema): JsonSchema {
  const table = object(
    { columns: texts('Columns to bring. Default: all.'), ...pick(feed, [...ofFeed, ...ofTable]) },
    [],
    'How the table is read.',
  )
  const query = object(
    {
      query: text(
        'An address such as accounts?$select=name&$filter=statecode eq 0; what it finds is copied each time.',
      ),
      fetchXml: text('A file with a query in FetchXML.'),
    },
    [],
    'What is asked in place of a table; its name is what the rows are kept as.',
  )
  return object(
    {
      from: text('Connection of the environment.'),
      tables: mapOf(
        { anyOf: [table, query, { const: null, description: 'As the job says.' }] },
        'Tables by logical name or entity set.',
      ),
      ...pick(feed, ofFeed),
      concurrency: whole('Tables at once. Default: 4.'),
      commitBytes: whole('Within a read: fewest bytes of rows between two commits.'),
      lockWaitSeconds: {
        type: 'number',
        minimum: 0,
        description: 'How long to wait for another process on the same table.',
      },
    },
    ['from', 'tables'],
    'Tables of an environment to a sink.',
  )
}

/** Those of the options, as they were declared. @throws RangeError for one that is none any more */
export function pick(
  { properties = {} }: JsonSchema,
  names: readonly string[],
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    names.map((name) => {
      const found = properties[name]
      if (found === undefined) throw new RangeError(`there is no option ${name}`)
      return [name, found]
    }),
  )
}
