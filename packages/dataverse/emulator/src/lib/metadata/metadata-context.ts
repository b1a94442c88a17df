import type { ServiceContext } from '../http/service-context.js'
import type { Schema } from '../schema/schema.js'

/** What metadata requests work on. */
export interface MetadataContext extends ServiceContext {
  readonly schema: Schema
  /**
   * How the index of a new alternate key is built: at once, or step by step when `advanceKeyIndexes()` is called, so
   * that a key can be seen Pending and InProgress. Default: `immediate`.
   */
  readonly keyIndexing?: 'immediate' | 'stepwise' | undefined
}
