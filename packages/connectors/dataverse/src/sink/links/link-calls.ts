import { formatRowPath, formatRowReference, isRowGone, serviceCode } from '@deltaverse/protocol'
import type { RequestCalls } from '../plan/request-calls.js'
import type { ServiceHeaders } from '../plan/service-options.js'
import { isUncertain } from '../row/row-facts.js'
import type { LinkRelationship } from './link-relationship.js'
import { type PendingPair, pairOf } from './pending-pair.js'

/**
 * What says that a pair exists already. Which code it is, is not documented; a request that makes a pair violates nothing else
 * that is unique, so the whole family of duplicates is taken for it.
 */
const existing: ReadonlySet<string> = new Set([
  serviceCode.DuplicateRecord,
  serviceCode.DuplicateRecordEntityKey,
  serviceCode.CrmSQLUniqueIndexOrConstraintViolation,
])

/** The requests of pairs (Microsoft Learn: Associate and disassociate table rows using the Web API). */
export function createLinkCalls(
  { from, to, navigation }: LinkRelationship,
  serviceRoot: string,
  { headers, tag }: ServiceHeaders,
): RequestCalls {
  const search = tag === undefined ? '' : `?tag=${encodeURIComponent(tag)}`
  const collectionOf = ({ ids }: PendingPair): string =>
    `${formatRowPath(from.entitySetName, known(ids.from))}/${navigation}`
  return {
    callOf(item) {
      const pair = pairOf(item)
      if (pair.names.kind === 'associate') {
        const reference = formatRowReference(to.entitySetName, known(pair.ids.to))
        return {
          method: 'POST',
          path: `${collectionOf(pair)}/$ref${search}`,
          headers,
          body: JSON.stringify({ '@odata.id': `${serviceRoot}/${reference}` }),
          status: 'created',
        }
      }
      return {
        method: 'DELETE',
        path: `${collectionOf(pair)}(${known(pair.ids.to)})/$ref${search}`,
        headers,
        body: undefined,
        status: 'deleted',
      }
    },
    statusOfError(item, error) {
      const { kind } = pairOf(item).names
      if (kind === 'associate') {
        if (!existing.has(error.serviceCode ?? '')) return undefined
        return isUncertain(item) ? 'created' : 'unchanged'
      }
      // Neither the pair nor, maybe, one of its rows is there.
      if (!isRowGone(error)) return undefined
      return isUncertain(item) ? 'deleted' : 'unchanged'
    },
  }
}

function known(id: string | undefined): string {
  if (id === undefined) throw new Error('an end of a pair has no GUID yet')
  return id
}
