import { type BadRows, isBadRow, unknownVersion, withoutMember } from '@deltaverse/bad-rows'
import type { Change } from '@deltaverse/core'

/** Records of changes, and the changes that they hold. */
interface Written {
  readonly records: readonly Buffer[]
  readonly taken: readonly Change[]
}

/**
 * Writes changes as records. One that the format cannot hold is told of, and left out or written without the value that it is
 * for; or refused, where the policy is to stop.
 */
export function writeOrTell(
  write: (changes: readonly Change[]) => Buffer,
  changes: readonly Change[],
  badRows: BadRows,
): Written {
  try {
    return { records: [write(changes)], taken: changes }
  } catch (error) {
    if (badRows.policy === 'stop' || !isBadRow(error)) throw error
    const each = changes.map((change) => writeOne(write, change, badRows))
    return { records: each.flatMap(({ records }) => records), taken: each.flatMap(({ taken }) => taken) }
  }
}

function writeOne(write: (changes: readonly Change[]) => Buffer, change: Change, badRows: BadRows): Written {
  try {
    return { records: [write([change])], taken: [change] }
  } catch (error) {
    if (!isBadRow(error)) throw error
    const { kind, id, rowVersion } = change
    const { member, why } = error
    const isKept = badRows.policy === 'null-and-report' && member !== undefined && kind === 'upserted'
    badRows.take({
      kind,
      id,
      ...(rowVersion !== undefined && rowVersion !== unknownVersion && { rowVersion }),
      ...(member !== undefined && { column: member }),
      why,
      kept: isKept ? 'without-column' : 'nothing',
      ...(kind === 'upserted' && { row: JSON.parse(new TextDecoder().decode(change.bytes)) }),
    })
    return isKept ? writeOne(write, withoutMember(change, member), badRows) : { records: [], taken: [] }
  }
}
