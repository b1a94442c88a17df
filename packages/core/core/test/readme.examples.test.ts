// The code between the marks is what the README shows; a check of the repository compares the two.
import type { Row, Sink } from '@deltaverse/core'
import { DataverseError, isDataverseError } from '@deltaverse/core'
import { describe, expect, it } from 'vitest'

// example: sink
function createMapSink(rows: Map<string, Row>): Sink<{ size: number }> {
  return {
    async open() {},
    async write(events) {
      for (const event of events) {
        if (event.kind === 'upserted') rows.set(event.id, event.row)
        else if (event.kind === 'deleted') rows.delete(event.id)
      }
    },
    commit: async () => ({ size: rows.size }),
    async close() {},
  }
}
// end

describe('the README', () => {
  it('writes a sink', async () => {
    const rows = new Map<string, Row>()
    const sink = createMapSink(rows)
    const bytes = Buffer.from('{}')
    const common = { table: 'contacts', id: '1', rowVersion: undefined, bytes }
    await sink.open(undefined)
    await sink.write([{ ...common, kind: 'upserted', row: {} }])
    expect(await sink.commit()).toEqual({ size: 1 })
    await sink.write([{ ...common, kind: 'deleted', reason: 'deleted' }])
    expect(await sink.commit()).toEqual({ size: 0 })
    await sink.close()
  })

  it('branches on codes', async () => {
    const reported: string[] = []
    const report = (message: string) => reported.push(message)
    const failures = [
      new DataverseError('tracking is off', { code: 'change-tracking-disabled' }),
      new DataverseError('busy', { code: 'unavailable', retryable: true }),
    ]
    for (const failure of failures) {
      const step = async () => Promise.reject(failure)
      // example: errors
      try {
        await step()
      } catch (error) {
        if (!isDataverseError(error)) throw error
        if (error.code === 'change-tracking-disabled') report('switch change tracking on for this table')
        else if (error.retryable) report('again later')
        else throw error
      }
      // end
    }
    expect(reported).toEqual(['switch change tracking on for this table', 'again later'])
  })
})
