import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPrefer, parsePreferenceApplied } from './prefer.js'

describe('formatPrefer()', () => {
  it('joins everything into one value', () => {
    expect(
      formatPrefer({
        trackChanges: true,
        maxPageSize: 500,
        includeAnnotations: ['OData.Community.Display.V1.FormattedValue', 'Microsoft.Dynamics.CRM.*'],
        returnRepresentation: true,
        continueOnError: true,
      }),
    ).toBe(
      'odata.track-changes,odata.maxpagesize=500,' +
        'odata.include-annotations="OData.Community.Display.V1.FormattedValue,Microsoft.Dynamics.CRM.*",' +
        'return=representation,odata.continue-on-error',
    )
  })

  it('says nothing when nothing is preferred', () => {
    expect(formatPrefer({})).toBeUndefined()
    expect(formatPrefer({ trackChanges: false, includeAnnotations: [] })).toBeUndefined()
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %d rows in a page', (maxPageSize) => {
    expect(() => formatPrefer({ maxPageSize })).toThrow(`received ${maxPageSize}`)
  })

  it('refuses an annotation that would end the list', () => {
    expect(() => formatPrefer({ includeAnnotations: '*",odata.track-changes' })).toThrow(TypeError)
  })
})

describe('parsePreferenceApplied()', () => {
  it('reads what the service echoes, in one or several lines', () => {
    expect(
      parsePreferenceApplied('odata.track-changes, odata.maxpagesize=5000,odata.include-annotations="*,a.b"'),
    ).toEqual({
      trackChanges: true,
      maxPageSize: 5_000,
      includeAnnotations: ['*', 'a.b'],
      returnRepresentation: false,
      continueOnError: false,
    })
  })

  it.each([undefined, '', ',', 'wait=10, respond-async', 'return=minimal'])(
    'makes nothing of %j',
    (value) => {
      expect(parsePreferenceApplied(value)).toEqual({
        trackChanges: false,
        returnRepresentation: false,
        continueOnError: false,
      })
    },
  )

  it('understands whatever formatPrefer() wrote', () => {
    const preferences = fc.record({
      trackChanges: fc.boolean(),
      maxPageSize: fc.integer({ min: 1, max: 5_000 }),
      includeAnnotations: fc.array(fc.stringMatching(/^[A-Za-z.]{1,20}\*?$/), { minLength: 1 }),
      returnRepresentation: fc.boolean(),
      continueOnError: fc.boolean(),
    })
    fc.assert(
      fc.property(preferences, (wanted) => {
        expect(parsePreferenceApplied(formatPrefer(wanted))).toEqual(wanted)
      }),
    )
  })
})
