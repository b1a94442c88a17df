/** An action that closes a row where a plain update is refused, or would skip what closing means. */
export interface ClosingAction {
  /** Such as `WinOpportunity`. */
  readonly action: string
  /** Member of the action's body that holds the closing activity. */
  readonly activity: string
}

/**
 * The states that only an action leads to, by table and value of `statecode` (Microsoft Learn: Special update operation
 * behavior; the values are those of the tables as they are delivered).
 */
const closingActions: Readonly<Record<string, Readonly<Record<number, ClosingAction>>>> = {
  opportunity: {
    1: { action: 'WinOpportunity', activity: 'OpportunityClose' },
    2: { action: 'LoseOpportunity', activity: 'OpportunityClose' },
  },
  // Cancelled (2) is a plain update.
  incident: { 1: { action: 'CloseIncident', activity: 'IncidentResolution' } },
  quote: {
    2: { action: 'WinQuote', activity: 'QuoteClose' },
    3: { action: 'CloseQuote', activity: 'QuoteClose' },
  },
  salesorder: {
    2: { action: 'CancelSalesOrder', activity: 'OrderClose' },
    3: { action: 'FulfillSalesOrder', activity: 'OrderClose' },
  },
}

/** The action that brings a row of a table into a state, `undefined` where a plain update does. */
export function findClosingAction(logicalName: string, statecode: number): ClosingAction | undefined {
  return Object.hasOwn(closingActions, logicalName) ? closingActions[logicalName]?.[statecode] : undefined
}
