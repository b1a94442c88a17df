// The code between the marks is what the README shows; a check of the repository compares the two.
import { createPageSlicer, createRowIdentity } from '@deltaverse/protocol'
import { describe, expect, it } from 'vitest'

describe('the README', () => {
  it('slices a page while it arrives', async () => {
    const id = '00000000-0000-0000-0000-000000000001'
    const deletion = `{"@odata.context":"x#contacts/$deletedEntity","id":"${id}","reason":"deleted"}`
    const text = `{"value":[{"@odata.etag":"W/\\"1\\"","contactid":"${id}"},${deletion}]}`
    const body = [Buffer.from(text.slice(0, 40)), Buffer.from(text.slice(40))]
    const reported: string[] = []
    const report = (message: string) => reported.push(message)
    // example: slice
    const slicer = createPageSlicer({ maxRecordBytes: 16 * 1024 * 1024 })
    const identity = createRowIdentity('contactid')
    for await (const chunk of body) {
      for (const { bytes, bounds } of slicer.push(chunk)) {
        for (let index = 0; index < bounds.length; index += 3) {
          const [start, end, flags] = bounds.slice(index, index + 3) as [number, number, number]
          if (identity.isDeleted(bytes, start, end)) report('a deletion')
          else report(identity.findId(bytes, start, end, flags) ?? 'an unusual row: parse it')
        }
      }
    }
    const envelope = slicer.end()
    report(String(envelope['@odata.nextLink'] ?? 'last page'))
    // end
    expect(reported).toEqual([id, 'a deletion', 'last page'])
  })
})
