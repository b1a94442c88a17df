import type { Row } from '@deltaverse/core'
import type { SettledRow } from '../result/row-outcome.js'
import type { PumpRun } from './pump-run.js'
import { createRowPump } from './row-pump.js'
import { openSource, type RowSource } from './row-source.js'

/**
 * Pulls rows while there is room, sends them, and hands out what became of them in the order in which it is known. At most
 * `concurrency` requests are under way and one is being filled, two where rows are compared first; a consumer that does not
 * ask for more stops the pulling.
 */
export async function* pumpRows(
  source: RowSource<Row>,
  run: PumpRun,
): AsyncGenerator<readonly SettledRow[], void> {
  run.signal?.throwIfAborted()
  const pump = createRowPump(openSource(source), run)
  try {
    for (;;) {
      pump.dispatch()
      const settled = pump.takeSettled()
      if (settled.length > 0) yield settled
      else if (pump.finished()) break
      else await pump.somethingNew()
    }
    pump.throwFailure()
  } finally {
    await pump.close()
  }
}
