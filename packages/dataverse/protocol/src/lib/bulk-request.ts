import { createTextBuffer } from './text-buffer.js'

/** Messages that write many rows of one table in one request (Microsoft Learn: Use bulk operation messages). */
export type BulkMessage = 'CreateMultiple' | 'UpdateMultiple' | 'UpsertMultiple'

const simpleName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Address of a bulk message, relative to the service root: `accounts/Microsoft.Dynamics.CRM.UpsertMultiple`. */
export function formatBulkPath(entitySet: string, message: BulkMessage): string {
  return `${checkName('entitySet', entitySet)}/Microsoft.Dynamics.CRM.${message}`
}

/**
 * One target of a bulk message as JSON text.
 *
 * @param reference for `UpsertMultiple` by alternate key: `accounts(accountnumber='A1')`. Its columns must not stand among
 *   the others: where the row has to be created, the service then refuses the whole message (seen in the field).
 * @param columns an object, or such a one as JSON text
 */
export function formatBulkTarget(
  logicalName: string,
  columns: Readonly<Record<string, unknown>> | string,
  reference?: string,
): string {
  const type = `"@odata.type":"Microsoft.Dynamics.CRM.${checkName('logicalName', logicalName)}"`
  const head = reference === undefined ? type : `${type},"@odata.id":${JSON.stringify(reference)}`
  const text = typeof columns === 'string' ? columns : JSON.stringify(columns)
  return text === '{}' ? `{${head}}` : `{${head},${text.slice(1)}`
}

/**
 * The body of a bulk message, put together target by target: as one text it would be in memory twice.
 *
 * @param sizeHint expected size in bytes; more is taken, too. Default: 4,096
 */
export function formatBulkBody(targets: Iterable<string>, sizeHint = 4_096): Buffer {
  const body = createTextBuffer(sizeHint)
  body.addAscii('{"Targets":[')
  let separator = ''
  for (const target of targets) {
    body.addAscii(separator)
    body.add(target)
    separator = ','
  }
  body.addAscii(']}')
  return body.bytes()
}

/**
 * The ids in the answer to `CreateMultiple`, in the order of the targets; the other messages answer 204 and no ids.
 *
 * @returns `undefined` for any other answer
 */
export function parseCreatedIds(body: unknown): readonly string[] | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { Ids: ids } = body as { readonly Ids?: unknown }
  return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : undefined
}

/** Where to ask whether a table has a bulk message; an empty list means that it has not. */
export function formatBulkSupportPath(
  logicalName: string,
  message: Exclude<BulkMessage, 'UpsertMultiple'>,
): string {
  const table = checkName('logicalName', logicalName)
  return (
    'sdkmessagefilters?$select=sdkmessagefilterid' +
    '&$filter=sdkmessageid/name eq @message and primaryobjecttypecode eq @table' +
    `&@message='${message}'&@table='${table}'`
  )
}

function checkName(what: string, name: string): string {
  if (simpleName.test(name)) return name
  throw new TypeError(`${what} must be a name such as "account", not ${JSON.stringify(name)}`)
}
