import { type ColumnDetail, type ColumnMetadata, rowMemberOf, type TableMetadata } from '@deltaverse/metadata'

/** The rows of a table as the Web API sends them, as an interface of TypeScript. Every member may be missing: a read selects. */
export function formatRowType(table: TableMetadata, details: ReadonlyMap<string, ColumnDetail>): string {
  const members = [...table.columns.values()]
    .filter(({ kind }) => kind !== 'file' && kind !== 'image')
    .sort((a, b) => (a.logicalName < b.logicalName ? -1 : 1))
    .map((column) => formatMember(column, details.get(column.logicalName)))
  return `/** A row of ${table.logicalName}. */\nexport interface ${typeNameOf(table.logicalName)} {\n${members.join('\n')}\n}`
}

function formatMember(column: ColumnMetadata, detail: ColumnDetail | undefined): string {
  const remark = remarkOf(column, detail)
  const doc = remark === undefined ? '' : `  /** ${remark} */\n`
  const type = column.isPrimaryId ? 'string' : `${typeOf(column, detail)} | null`
  return `${doc}  readonly ${rowMemberOf(column)}?: ${type}`
}

function remarkOf({ kind, targets }: ColumnMetadata, detail: ColumnDetail | undefined): string | undefined {
  if (targets.length > 0) return `Id of a row of ${targets.map(({ table }) => table).join(' or ')}.`
  if (detail?.options !== undefined && kind !== 'boolean') {
    return detail.options.map(({ value, label }) => `${value}: ${withoutEnd(label)}`).join(', ')
  }
  if (kind === 'big-integer' || kind === 'decimal' || kind === 'money')
    return 'Text of its digits where a number cannot hold them.'
  return undefined
}

/** A label may hold what ends a comment. */
function withoutEnd(label: string): string {
  return label.replaceAll('*/', '*\u200b/').replace(/\s+/g, ' ')
}

function typeOf({ kind }: ColumnMetadata, detail: ColumnDetail | undefined): string {
  switch (kind) {
    case 'whole-number':
    case 'double':
      return 'number'
    case 'big-integer':
    case 'decimal':
    case 'money':
      return 'number | string'
    case 'boolean':
      return 'boolean'
    case 'choice':
    case 'state':
    case 'status':
      return detail?.options?.map(({ value }) => String(value)).join(' | ') ?? 'number'
    default:
      return 'string'
  }
}

/** `new_project_task` as `NewProjectTask`. */
function typeNameOf(logicalName: string): string {
  return logicalName
    .split('_')
    .filter((part) => part !== '')
    .map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`)
    .join('')
}
