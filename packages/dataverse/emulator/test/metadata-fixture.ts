import { parsePreferences } from '../src/lib/http/preferences.js'
import { ServiceError } from '../src/lib/http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../src/lib/http/service-response.js'
import { handleMetadata } from '../src/lib/metadata/handle-metadata.js'
import type { MetadataContext } from '../src/lib/metadata/metadata-context.js'
import { createSchema } from '../src/lib/schema/schema.js'
import { standardTables } from '../src/lib/schema/standard-tables.js'
import type { StoredRow } from '../src/lib/schema/table-definition.js'

export const serviceRoot = 'http://127.0.0.1/api/data/v9.2'

/** What a request answered, its JSON read. */
interface Answer {
  readonly status: number
  readonly headers: ServiceResponse['headers']
  readonly text: string
  readonly json: ReturnType<typeof JSON.parse>
}

export interface MetadataFixture {
  readonly context: MetadataContext
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Answer
  get(path: string): Answer
}

/** Metadata of the standard tables, over rows given by table. */
export function createMetadataFixture(
  rows: Readonly<Record<string, readonly StoredRow[]>> = {},
  keyIndexing: 'immediate' | 'stepwise' = 'immediate',
): MetadataFixture {
  const schema = createSchema(standardTables)
  const context: MetadataContext = {
    schema,
    keyIndexing,
    now: () => 0,
    newId: () => '',
    userId: 'user',
    businessUnitId: 'unit',
    organizationId: 'organization',
    metadataVersion: () => '1',
    rowCount: (table) => rows[table]?.length ?? 0,
    rows: (table) => rows[table] ?? [],
    row: () => undefined,
    numbersInFilterLists: 'refused',
    removeTable: (logicalName) => schema.remove(logicalName),
    defineTable: (definition) => {
      if (schema.byLogicalName(definition.logicalName) === undefined) schema.add(definition)
      else schema.replace(definition)
    },
  }
  const call: MetadataFixture['call'] = (method, path, body, headers = {}) => {
    const [address = '', rawQuery = ''] = path.split('?')
    const request: ParsedRequest = {
      method,
      segments: address === '' ? [] : address.split('/').map(decodeURIComponent),
      rawQuery,
      headers,
      preferences: parsePreferences(headers.prefer),
      body,
      serviceRoot,
    }
    return toAnswer(request, context)
  }
  return { context, call, get: (path) => call('GET', path) }
}

function toAnswer(request: ParsedRequest, context: MetadataContext): Answer {
  try {
    const response = handleMetadata(request, context)
    if (response === undefined) return { status: 0, headers: undefined, text: '', json: undefined }
    const text = String(response.body ?? '')
    const json = text.startsWith('{') ? JSON.parse(text) : undefined
    return { status: response.status, headers: response.headers, text, json }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { status: error.status, headers: error.headers, text: error.message, json: { code: error.code } }
  }
}
