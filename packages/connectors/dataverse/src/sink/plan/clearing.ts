import type { PendingRow } from '../row/pending-row.js'

/**
 * How a run clears look-ups. `nav@odata.bind: null` is documented and was measured; three reports saw it ignored or refused, and used
 * `nav: null`, which is documented as well (Microsoft Learn: Associate and disassociate table rows using the Web API).
 */
export interface Clearing {
  /** `unknown`: binds are sent, and looked after. `bind`: they are known to work. `property`: they are known not to. */
  form: 'unknown' | 'bind' | 'property'
  /** Rows under way that were refused with a bind and sent again without. */
  readonly retried: Set<PendingRow>
}

export function createClearing(): Clearing {
  return { form: 'unknown', retried: new Set() }
}
