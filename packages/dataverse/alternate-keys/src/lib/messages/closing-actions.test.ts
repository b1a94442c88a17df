import { describe, expect, it } from 'vitest'
import { findClosingAction } from './closing-actions.js'

describe('findClosingAction()', () => {
  it('knows the states that only an action leads to', () => {
    const actions = (table: string) => [0, 1, 2, 3].map((state) => findClosingAction(table, state)?.action)
    expect(actions('opportunity')).toEqual([undefined, 'WinOpportunity', 'LoseOpportunity', undefined])
    expect(actions('incident')).toEqual([undefined, 'CloseIncident', undefined, undefined])
    expect(actions('quote')).toEqual([undefined, undefined, 'WinQuote', 'CloseQuote'])
    expect(actions('salesorder')).toEqual([undefined, undefined, 'CancelSalesOrder', 'FulfillSalesOrder'])
    expect(actions('account')).toEqual([undefined, undefined, undefined, undefined])
    expect(actions('toString')).toEqual([undefined, undefined, undefined, undefined])
  })
})
