import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPageSlicer } from './page-slicer.js'
import { createRowIdentity, parseRowVersion } from './row-identity.js'

const guid = 'cdcfa450-cb0c-ea11-a813-000d3a1b1223'

/** Asks the identity about every row of a page, as a feed does. */
function identify(rows: readonly string[], primaryKey = 'contactid') {
  const identity = createRowIdentity(primaryKey)
  const [run] = createPageSlicer().push(Buffer.from(`{"value":[${rows.join(',')}]}`))
  const { bytes, bounds } = run!
  return rows.map((_, index) => {
    const [start, end, flags] = bounds.slice(index * 3) as [number, number, number]
    return {
      deleted: identity.isDeleted(bytes, start, end),
      id: identity.findId(bytes, start, end, flags),
      version: identity.findRowVersion(bytes, start, end),
    }
  })
}

describe('createRowIdentity()', () => {
  it('finds id and row version without a parse', () => {
    const row = `{"@odata.etag":"W/\\"915244\\"","fullname":"Ada","contactid":"${guid}"}`
    expect(identify([row, row])).toEqual(Array(2).fill({ deleted: false, id: guid, version: '915244' }))
  })

  it('finds the id wherever it stands, row by row', () => {
    const first = `{"contactid":"${guid}","fullname":"Ada"}`
    const last = `{"fullname":"Ada","contactid":"${guid}"}`
    expect(identify([last, first, last, first]).map((row) => row.id)).toEqual([guid, guid, guid, guid])
  })

  it('is not misled by text that looks like the key', () => {
    const other = '00000000-0000-0000-0000-000000000000'
    const lookalikes = [
      `{"contactid":"${guid}","note":"\\"contactid\\":\\"${other}\\""}`,
      `{"contactid":"${guid}","note\\"contactid":"${other}"}`,
      `{"contactid":"${guid}","_contactid":"${other}"}`,
      `{"contactid":"${guid}","note":",\\\\\\"contactid\\":\\"${other}"}`,
    ]
    for (const row of lookalikes) {
      // Not finding it is fine (a parse will); finding another one is not.
      expect([guid, undefined]).toContain(identify([row])[0]?.id)
    }
  })

  it('leaves nested rows and unusual spellings to a parse', () => {
    const nested = `{"parent":{"contactid":"${guid}"},"contactid":"${guid}"}`
    const spaced = `{"contactid" : "${guid}"}`
    const number = '{"contactid":17}'
    expect(identify([nested, spaced, number]).map((row) => row.id)).toEqual([undefined, undefined, undefined])
  })

  it.each([
    ['shorter, with a quote where a GUID would end', '"abc"', `"name":"${'x'.repeat(23)}"`],
    ['escaped', `"\\u0041${'b'.repeat(30)}"`, '"name":"x"'],
    ['not of ASCII', `"${'å'.repeat(18)}"`, '"name":"x"'],
    ['longer, with an escaped quote where a GUID would end', `"${'a'.repeat(35)}\\"more"`, '"name":"x"'],
  ])('leaves a key that is no GUID to a parse: %s', (_, value, rest) => {
    const row = `{"contactid":${value},${rest}}`
    expect(typeof JSON.parse(row).contactid).toBe('string')
    expect(identify([row])[0]?.id).toBeUndefined()
  })

  it('knows a deletion from a row, wherever its context stands', () => {
    const context = '"@odata.context":"https://x/$metadata#contacts/$deletedEntity"'
    const rows = [
      `{${context},"id":"${guid}","reason":"deleted"}`,
      `{"id":"${guid}","reason":"deleted",${context}}`,
      `{"@odata.etag":"W/\\"1\\"","note":"$deletedEntity"}`,
    ]
    expect(identify(rows).map((row) => row.deleted)).toEqual([true, true, false])
  })

  it('agrees with JSON.parse about the id of any flat row', () => {
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom(`"contactid":"${guid}"`, ',"contactid":"', guid),
      fc.integer(),
    )
    const rows = fc.array(fc.dictionary(fc.string(), values, { maxKeys: 5 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, fc.uuid(), fc.boolean(), (others, id, first) => {
        const texts = others.map((other) =>
          JSON.stringify(first ? { contactid: id, ...other } : { ...other, contactid: id }),
        )
        for (const [index, found] of identify(texts).entries()) {
          if (found.id !== undefined) expect(found.id).toBe(JSON.parse(texts[index]!).contactid)
        }
      }),
    )
  })
})

describe('parseRowVersion()', () => {
  it('reads what stands in a weak etag', () => {
    expect(parseRowVersion('W/"915244"')).toBe('915244')
    expect(parseRowVersion('W/"2a00-0000-0200-0000-65f1"')).toBe('2a00-0000-0200-0000-65f1')
    expect(parseRowVersion('odd')).toBe('odd')
  })
})
