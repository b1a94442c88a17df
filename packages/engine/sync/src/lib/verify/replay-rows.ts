import type { Row } from '@deltaverse/core'
import { createRunner } from '../read/runner.js'
import { closeAfter } from '../sync.js'
import { createRowRepair } from './repair-rows.js'
import { toVerifySettings, type VerifyOptions } from './verify-options.js'

/** Which rows, of which table, to which sink. */
export interface ReplayOptions<Position = unknown, R extends object = Row>
  extends Omit<VerifyOptions<Position, R>, 'repair' | 'sampleSize' | 'onDifference' | 'temporaryDirectory'> {
  /** Primary keys; a row that is gone from the table is taken away from the sink. */
  readonly ids: readonly string[]
}

/** How many rows are read at a time. */
const rowsAtOnce = 500

/**
 * Brings single rows to a sink once more, as they are in the table by now, after it was brought up to date: those that it could
 * not keep when they came, for which its target has been mended. Takes the lease of the sync, so that nobody writes meanwhile.
 *
 * @returns how many rows were written or taken away
 * @throws what `sync()` throws
 */
export async function replayRows<Position, R extends object>(
  given: ReplayOptions<Position, R>,
): Promise<number> {
  const { ids, ...rest } = given
  const options = toVerifySettings(rest)
  const runner = createRunner(options.sync)
  return await closeAfter(runner, async () => {
    await runner.read()
    const session = await runner.open()
    const repair = createRowRepair(session, options.source, session.parts.call)
    let brought = 0
    for (let at = 0; at < ids.length; at += rowsAtOnce) {
      const differences = ids.slice(at, at + rowsAtOnce).map((id) => ({ kind: 'stale', id }) as const)
      brought += await repair.repair(differences)
    }
    await repair.finish()
    return brought
  })
}
