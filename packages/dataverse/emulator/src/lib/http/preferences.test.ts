import { describe, expect, it } from 'vitest'
import { includesAnnotation, parsePreferences } from './preferences.js'

describe('parsePreferences()', () => {
  it('reads several preferences, also with commas inside quotes', () => {
    const header =
      'odata.include-annotations="OData.Community.Display.V1.FormattedValue,Microsoft.Dynamics.CRM.*", ' +
      'odata.track-changes,odata.maxpagesize=50, return=representation'
    expect(parsePreferences(header)).toEqual({
      trackChanges: true,
      maxPageSize: 50,
      includeAnnotations: ['OData.Community.Display.V1.FormattedValue', 'Microsoft.Dynamics.CRM.*'],
      returnRepresentation: true,
      continueOnError: false,
    })
  })

  it('takes a list without quotes for its first name, and quotes around a size', () => {
    expect(parsePreferences('odata.include-annotations=*').includeAnnotations).toEqual(['*'])
    expect(parsePreferences('odata.maxpagesize="7"').maxPageSize).toBe(7)
  })

  it('ignores what it does not know and sizes that are none', () => {
    for (const header of [
      undefined,
      '',
      ',,',
      'respond-async; wait=1',
      'odata.maxpagesize=0',
      'odata.maxpagesize=x',
    ]) {
      expect(parsePreferences(header)).toEqual({
        trackChanges: false,
        maxPageSize: undefined,
        includeAnnotations: [],
        returnRepresentation: false,
        continueOnError: false,
      })
    }
  })
})

describe('includesAnnotation()', () => {
  it('understands names, prefixes and the lone star', () => {
    const asks = (list: string, name: string) =>
      includesAnnotation(parsePreferences(`odata.include-annotations="${list}"`), name)
    expect(asks('*', 'a.b')).toBe(true)
    expect(asks('a.*', 'a.b')).toBe(true)
    expect(asks('a.b', 'a.b')).toBe(true)
    expect(asks('a.b', 'a.bc')).toBe(false)
    expect(asks('b.*', 'a.b')).toBe(false)
  })
})
