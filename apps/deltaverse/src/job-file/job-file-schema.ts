import type { JsonSchema } from '@deltaverse/options'
import { authNames, cloudNames } from '../environment/sign-in-names.js'
import { emptyCells } from '../push/column-mapping.js'
import { missingRows } from '../push/push-settings.js'
import { sourceFormats } from '../sources/source-settings.js'

/** What the connectors can be told, by their names. */
export type ConnectorSchemas = Readonly<Record<string, JsonSchema>>

const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, description })
const texts = (description: string): JsonSchema => ({ type: 'array', items: { type: 'string' }, description })
const whole = (description: string): JsonSchema => ({ type: 'integer', minimum: 1, description })
const seconds = (description: string): JsonSchema => ({ type: 'number', minimum: 0.001, description })
const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  description: string,
): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false, description })

const share: JsonSchema = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  description: 'The largest share of the rows known that one run may delete or deactivate. Default: 0.5.',
}

const signIn: Readonly<Record<string, JsonSchema>> = {
  dataverse: text('URL of the environment: https://contoso.crm4.dynamics.com'),
  auth: { enum: authNames, description: 'How to sign in. Default: as the environment variables say.' },
  tenantId: text('Directory (tenant) id or domain.'),
  clientId: text('Application (client) id.'),
  cloud: { enum: cloudNames, description: 'Default: told from the URL.' },
  allowInsecureHttp: {
    type: 'boolean',
    description: 'Allow http: to another machine, so that the token travels in clear.',
  },
  ca: text('File of certificates in PEM that are trusted beside those of the machine.'),
  connectTimeoutSeconds: seconds('Until a connection is open. Default: 10.'),
  headersTimeoutSeconds: seconds('Until an answer begins. Default: 300.'),
  bodyTimeoutSeconds: seconds('How long an answer may stall. Default: 120.'),
}

const column: JsonSchema = {
  anyOf: [
    text('The column of the source.'),
    object(
      {
        from: text('The column of the source.'),
        value: { description: 'The same value for every row, in place of a column.' },
        find: text(
          'For a look-up: table and column by which the row it points at is found, account.accountnumber.',
        ),
        label: {
          type: 'boolean',
          description: 'The source has labels of the choice. Labels and values are taken in any case.',
        },
        format: text('How dates stand in the source: dd.MM.yyyy.'),
        timeZone: text('Zone of times that say none: Europe/Berlin.'),
        decimal: { enum: [',', '.'], description: 'Between a number and its fraction.' },
        empty: {
          enum: emptyCells,
          description: 'What an empty cell does. Default: null, which clears the column.',
        },
      },
      [],
      'Where the value comes from and how it is read.',
    ),
  ],
}

/** The JSON Schema of a job file, with the options of every connector that there is. */
export function jobFileSchema(connectors: ConnectorSchemas): JsonSchema {
  const sinks = Object.entries(connectors).map(([name, schema]) => sinkSchema(name, schema))
  const connections: JsonSchema = {
    type: 'object',
    additionalProperties: { anyOf: [object(signIn, ['dataverse'], 'An environment.'), ...sinks] },
    description: 'Environments, databases and folders, by names of your own.',
  }
  const pull = object(
    {
      from: text('Connection of the environment.'),
      tables: {
        type: 'object',
        description: 'Tables by logical name or entity set.',
        additionalProperties: {
          anyOf: [
            object({ columns: texts('Columns to bring. Default: all.') }, [], 'How the table is read.'),
            { const: null },
          ],
        },
      },
      annotations: texts('Annotations to ask for.'),
      pageSize: whole("Rows in a page. Default: the service's maximum."),
      concurrency: whole('Tables at once. Default: 4.'),
      onMismatch: {
        enum: ['refuse', 'reset'],
        description: 'When the saved state is of other columns or another environment.',
      },
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
  const push = object(
    {
      from: sourceSchema(),
      to: text('Connection of the environment.'),
      table: text('Logical name or entity set.'),
      key: { anyOf: [text('Column that names a row.'), texts('Columns that name a row.')] },
      operation: { enum: ['upsert', 'create', 'update'], description: 'Default: upsert.' },
      batchSize: whole('Rows in a request. Default: what the service takes.'),
    },
    ['from', 'to', 'table', 'key'],
    'Rows of a source into a table.',
  )
  const common = { after: texts('Jobs that have to be done before this one.'), maxDeleteShare: share }
  const pullJob = object(
    { pull, to: { anyOf: [text('A connection.'), ...sinks] }, ...common },
    ['pull', 'to'],
    'Out of an environment.',
  )
  const pushJob = object(
    {
      push,
      columns: {
        type: 'object',
        additionalProperties: column,
        description: "The table's columns. Default: those of the source, by their names.",
      },
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
      ...common,
    },
    ['push'],
    'Into an environment.',
  )
  return object(
    {
      connections,
      jobs: {
        type: 'object',
        additionalProperties: { anyOf: [pullJob, pushJob] },
        description: 'What is to be done, by names of your own.',
      },
    },
    ['connections', 'jobs'],
    'What deltaverse does, and with what.',
  )
}

/** `{ files: ./data, mode: mirror }`: the connector's name with an address or a connection, and its options beside it. */
function sinkSchema(name: string, { properties = {} }: JsonSchema): JsonSchema {
  return object(
    { [name]: text('A connection, or a place.'), mode: { type: 'string' }, ...properties },
    [name],
    name,
  )
}

function sourceSchema(): JsonSchema {
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
