import type { Source } from '@deltaverse/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { forgetful } from './support/forgetful.js'
import { setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable

beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.stop())

const tooMany = { code: 'too-many-deletions' }
const deletions = (log: readonly { readonly kind: string }[]) =>
  log.filter(({ kind }) => kind === 'deleted').length

/** A source of one large page, and nothing that counts. */
function feedOf(options = {}): Source {
  const { id, table: tableName, read } = table.feed({ pageSize: 5_000, ...options })
  return { id, table: tableName, read }
}

describe('maxDeleteShare', () => {
  it('stops a delta before its deletions reach the sink, and goes on once they are allowed', async () => {
    const { sink, run } = setUp(table)
    const ids = table.add(200)
    await run({ source: feedOf() })
    for (const id of ids.slice(0, 101)) table.remove(id)
    const stopped = run({ source: feedOf() })
    await expect(stopped).rejects.toMatchObject(tooMany)
    await expect(stopped).rejects.toThrow(/delete 101 of the 200 rows.*50\.5 %.*maxDeleteShare: 1/s)
    expect(deletions(sink.log)).toBe(0)
    await expect(run({ source: feedOf() })).rejects.toMatchObject(tooMany)
    await run({ source: feedOf(), maxDeleteShare: 1 })
    expectExact(sink.rows(), table)
  })

  it('lets half of a table go, and any share of fewer than a hundred rows', async () => {
    const { sink, run, state } = setUp(table)
    const ids = table.add(200)
    await run({ source: feedOf() })
    for (const id of ids.slice(0, 100)) table.remove(id)
    await run({ source: feedOf() })
    expect(state()?.state).toMatchObject({ rows: 100 })
    expect(state()?.state).not.toHaveProperty('deletions')
    for (const id of ids.slice(101)) table.remove(id)
    await run({ source: feedOf() })
    expectExact(sink.rows(), table)
  })

  it.each([true, false])(
    'counts over pages and restarts (with a fingerprint store: %s)',
    async (withFingerprints) => {
      const { sink, fingerprints, run, state } = setUp(table)
      const ids = table.add(300)
      const options: Partial<TestOptions> = {
        source: feedOf({ pageSize: 40 }),
        commitBytes: 1,
        ...(withFingerprints && { fingerprints }),
      }
      await run(options)
      for (const id of ids.slice(0, 290)) table.remove(id)
      const controller = new AbortController()
      const reason = new Error('enough')
      let commits = 0
      const onStep: TestOptions['onStep'] = (step) => {
        if (step === 'after-state-saved') commits += 1
        // Page 1, and behind the pass for the link once more, and page 2.
        if (commits === 3) controller.abort(reason)
      }
      await expect(run({ ...options, signal: controller.signal, onStep })).rejects.toBe(reason)
      const saved = state()?.state.deletions ?? 0
      expect(saved).toBe(80)
      await expect(run(options)).rejects.toMatchObject(tooMany)
      // Some went before it was clear how many there are; the page that would have gone too far did not.
      expect(300 - sink.rows().size).toBeLessThanOrEqual(150)
      expect(300 - sink.rows().size).toBeGreaterThan(saved)
      await run({ ...options, maxDeleteShare: 1 })
      expectExact(sink.rows(), table)
      expect(state()?.state).toMatchObject({ rows: 10 })
      expect(state()?.state).not.toHaveProperty('deletions')
    },
  )

  it('asks the table how many rows it has before it stops a delta', async () => {
    const { sink, run } = setUp(table)
    await run({ source: feedOf() })
    // The first full read brought nothing, and deltas do not tell what is new.
    const ids = table.add(400)
    await run({ source: feedOf() })
    for (const id of ids.slice(0, 150)) table.remove(id)
    let asked = 0
    const count = (rows: number): Partial<TestOptions> => ({
      source: {
        ...feedOf(),
        async count() {
          asked += 1
          return { rows, certainty: 'exact' }
        },
      },
    })
    await expect(run({ source: feedOf() })).rejects.toMatchObject(tooMany)
    await expect(run(count(149))).rejects.toThrow(/delete 150 of the 299 rows/)
    expect(asked).toBe(1)
    await run(count(250))
    expect(asked).toBe(2)
    expectExact(sink.rows(), table)
    const failing = { ...feedOf(), count: () => Promise.reject(new Error('no count today')) }
    for (const id of ids.slice(150, 300)) table.remove(id)
    await expect(run({ source: failing })).rejects.toMatchObject(tooMany)
  })

  it('stops a resync without a fingerprint store before the full read is complete', async () => {
    const { sink, run, state } = setUp(table)
    const ids = table.add(300)
    const source = feedOf({ pageSize: 50 })
    await run({ source })
    for (const id of ids.slice(0, 160)) table.remove(id)
    const stopped = run({ source, restart: true, commitBytes: 1 })
    await expect(stopped).rejects.toThrow(/delete 160 of the 300 rows/)
    expect(sink.log.filter(({ kind }) => kind === 'complete')).toHaveLength(1)
    expect(state()?.state).toMatchObject({ rows: 300, checkpoint: { epoch: 2 } })
    await expect(run({ source })).rejects.toMatchObject(tooMany)
    const summary = await run({ source, maxDeleteShare: 1 })
    // What was read before the stop is not read again.
    expect(summary.upserted).toBe(0)
    expect(summary.rows).toBe(140)
    expectExact(sink.rows(), table)
  })

  it('stops a resync with a fingerprint store before any of the deletions is told, and resumes there', async () => {
    const { sink, fingerprints, events, run, state } = setUp(table)
    const ids = table.add(300)
    const options = { source: feedOf({ pageSize: 50 }), fingerprints }
    await run(options)
    for (const id of ids.slice(0, 200)) table.remove(id)
    const stopped = run({ ...options, source: forgetful(options.source) })
    await expect(stopped).rejects.toThrow(/delete 200 of the 300 rows.*66\.7 %/s)
    expect(deletions(sink.log)).toBe(0)
    expect(state()?.state).toMatchObject({ fingerprintPhase: 'deriving', rows: 300 })
    events.length = 0
    await expect(run(options)).rejects.toMatchObject(tooMany)
    expect(events.map(({ kind }) => kind)).toEqual(['resumed', 'committed', 'deriving'])
    await run({ ...options, maxDeleteShare: 1 })
    expectExact(sink.rows(), table)
    expectExact(sink.published(), table)
    expect(deletions(sink.log)).toBe(200)
    expect(fingerprints.rows()).toEqual(sink.rows())
  })

  it('lets a table that was wrong, and is mended, be read again instead', async () => {
    const { sink, fingerprints, run } = setUp(table)
    const ids = table.add(150)
    const options = { source: feedOf(), fingerprints }
    await run(options)
    const before = sink.rows()
    for (const id of ids) table.remove(id)
    await expect(run({ ...options, source: forgetful(options.source) })).rejects.toMatchObject(tooMany)
    table.add(150)
    await expect(run({ ...options, source: forgetful(options.source) })).rejects.toThrow(
      /delete 150 of the 150 rows.*100 %/s,
    )
    expect([...before.keys()].every((id) => sink.rows().has(id))).toBe(true)
  })

  it('resumes deriving after any commit, and tells every deletion once', async () => {
    const { sink, fingerprints, run, state } = setUp(table)
    const ids = table.add(120)
    const options = { source: feedOf(), fingerprints, commitBytes: 200 }
    await run(options)
    for (const id of ids.slice(0, 60)) table.remove(id)
    table.add(1)
    let source = forgetful(options.source)
    let interruptions = 0
    for (;;) {
      const controller = new AbortController()
      const onStep: TestOptions['onStep'] = (step) => {
        // Readers are shown nothing that is half told.
        if (state()?.state.fingerprintPhase === 'deriving') expect(sink.published().size).toBe(120)
        if (step === 'after-state-saved' && state()?.state.fingerprintPhase === 'deriving')
          controller.abort('enough')
      }
      const outcome = await run({ ...options, source, onStep, signal: controller.signal }).catch(
        (error) => error,
      )
      if (outcome !== 'enough') break
      interruptions += 1
      source = options.source
      // Resuming commits once more before it tells anything; let that one pass every other time.
      if (interruptions % 2 === 0) {
        let commits = 0
        const later = new AbortController()
        const second: TestOptions['onStep'] = (step) => {
          if (step === 'after-state-saved') commits += 1
          if (commits === 2) later.abort('enough')
        }
        const again = await run({ ...options, onStep: second, signal: later.signal }).catch((error) => error)
        if (again !== 'enough') break
      }
    }
    expect(interruptions).toBeGreaterThan(4)
    expect(deletions(sink.log)).toBe(60)
    expectExact(sink.rows(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
  })
})
