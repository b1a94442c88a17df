import { stringify } from 'yaml'
import type { EnvironmentSettings } from '../../environment/open-environment.js'
import type { ListedTable } from '../../tables/list-tables.js'

/** A table that a new job file names. */
export interface OfferedTable extends ListedTable {
  readonly keys: readonly { readonly columns: readonly string[]; readonly isActive: boolean }[]
}

/** A job file with a job that pulls, and, commented out, one that pushes. */
export function formatJobFile(
  { url, auth, tenantId, clientId, cloud, ca }: EnvironmentSettings,
  tables: readonly OfferedTable[],
  { trackedTables, schema }: { readonly trackedTables: number; readonly schema: string },
): string {
  const signIn = Object.entries({ auth, tenantId, clientId, cloud, ca }).filter(
    ([, value]) => value !== undefined,
  )
  const connection = stringify(
    { dataverse: url, ...Object.fromEntries(signIn) },
    { collectionStyle: 'flow', lineWidth: 0 },
  ).trim()
  const [first, ...rest] = tables
  const keyed = tables.find(({ keys }) => keys.some(({ isActive }) => isActive))
  const key = keyed?.keys.find(({ isActive }) => isActive)?.columns
  const more = trackedTables - tables.length
  return `# yaml-language-server: $schema=${schema}
# What deltaverse does, and with what: deltaverse run
# Secrets do not belong into this file: \${env:NAME} and \${file:path} stand for them.

connections:
  crm: ${connection}
  lake: { files: ./data }

jobs:
  out:
    # Everything at first, then what changed since. Columns may be named; without them all come.
    pull:
      from: crm
      tables:
${first === undefined ? '        account: {}\n' : tableLine(first, '')}${rest.map((table) => tableLine(table, '# ')).join('')}${more > 0 ? `        # and ${more} more that are tracked: deltaverse tables --from ${url}\n` : ''}    to: { files: lake, mode: mirror, lines: rows }

  # Rows of a file into a table, by a key whose index is active: new ones, changed ones, and nothing else.
  # in:
  #   push: { from: { csv: ./rows.csv }, to: crm, table: ${keyed?.table ?? 'contact'}, key: ${key === undefined ? 'employeeid' : key.length === 1 ? key[0] : `[${key.join(', ')}]`} }
  #   missing: ignore        # or deactivate, or delete: rows that the file had and does not have any more
  #   deadLetters: ./letters.ndjson
`
}

function tableLine({ table, displayName, keys }: OfferedTable, comment: string): string {
  const ofKeys = keys.map(
    ({ columns, isActive }) => `${columns.join(' + ')}${isActive ? '' : ' (not active)'}`,
  )
  const remark = [displayName, ...(ofKeys.length > 0 ? [`keys: ${ofKeys.join(', ')}`] : [])]
    .filter((part) => part !== '')
    .join('; ')
  return `        ${comment}${table}: {}${remark === '' ? '' : ` # ${remark.replace(/\s+/g, ' ')}`}\n`
}
