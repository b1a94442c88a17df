import type { ChangeFeedOptions } from '@deltaverse/dataverse'
import type { Source } from './variant.js'

export type Account = { readonly name: string }

/** How every variant that reads by a feed reads. */
export function feedOptions({ pageSize }: Source): ChangeFeedOptions {
  return {
    entitySet: 'accounts',
    primaryKey: 'accountid',
    tokenLifetimeDays: 7,
    pageSize,
    // Every variant reads the table once; what the guard costs in addition is measured with --gap.
    gapGuard: false,
  }
}
