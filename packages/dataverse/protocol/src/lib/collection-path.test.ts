import { describe, expect, it } from 'vitest'
import { formatCollectionPath } from './collection-path.js'

describe('formatCollectionPath()', () => {
  it('names the table and the columns', () => {
    expect(formatCollectionPath({ entitySet: 'contacts' })).toBe('contacts')
    expect(formatCollectionPath({ entitySet: 'contacts', select: ['fullname', '_ownerid_value'] })).toBe(
      'contacts?$select=fullname,_ownerid_value',
    )
  })

  it.each([
    [{ entitySet: 'contacts?$filter=1' }],
    [{ entitySet: '' }],
    [{ entitySet: '../admin' }],
    [{ entitySet: 'contacts', select: [] }],
    [{ entitySet: 'contacts', select: ['fullname&$top=1'] }],
    [{ entitySet: 'contacts', select: [''] }],
  ])('refuses %j', (options) => {
    expect(() => formatCollectionPath(options)).toThrow(TypeError)
  })
})
