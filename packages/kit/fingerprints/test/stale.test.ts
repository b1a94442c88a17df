import { join } from 'node:path'
import { createFingerprints } from '@deltaverse/fingerprints'
import { idOf } from '@deltaverse/testing'
import { expect, it } from 'vitest'
import { fingerprintRow } from './support/known-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'

/** More than two groups. */
const numbers = Array.from({ length: 12_000 }, (_, number) => number)

it.each(['committed', 'not committed'])(
  'tells nothing of rows that were removed or seen since, %s',
  async (how) => {
    const fingerprints = createFingerprints({ directory: join(await temporaryFolder(), 'accounts') })
    await fingerprints.open(undefined)
    await fingerprints.record(
      numbers.map((number) => fingerprintRow(number, 1)),
      1,
    )
    await fingerprints.commit()
    const stale = fingerprints.stale(2)[Symbol.asyncIterator]()
    const { value: first = [] } = await stale.next()
    const told = new Set<string>(first)
    const later = numbers.filter((number) => !told.has(idOf(number)))
    const removed = later.filter((_, at) => at % 3 === 0)
    const seen = later.filter((_, at) => at % 3 === 1)
    await fingerprints.remove(removed.map(idOf))
    await fingerprints.record(
      seen.map((number) => fingerprintRow(number, 1)),
      2,
    )
    if (how === 'committed') await fingerprints.commit()

    const rest: string[] = []
    for (let next = await stale.next(); next.done !== true; next = await stale.next())
      rest.push(...next.value)
    expect(rest.sort()).toEqual(
      later
        .filter((_, at) => at % 3 === 2)
        .map(idOf)
        .sort(),
    )
    await fingerprints.close()
  },
)
