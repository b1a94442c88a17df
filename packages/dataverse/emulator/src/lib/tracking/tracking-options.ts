import { booleanOf, integerWithin, objectOf, oneOf } from '../option-checks.js'

/** How change tracking behaves where Dataverse's documents are silent, differ by edition, or are doubted. */
export interface ChangeTrackingOptions {
  /** Days after which a delta token is too old. Default: 7, as online; on-premises has 90. */
  readonly tokenLifetimeDays?: number | undefined
  /**
   * What a token that is too old leads to: the service code `0x80044352` (online), or silently every row again
   * (on-premises). Default: `error`.
   */
  readonly expiry?: 'error' | 'full-result' | undefined
  /**
   * Which moment the token of a read in several pages stands for. `last-page` leaves a gap: what changes after its
   * page was read and before the last page is served is in neither. Microsoft does not say which holds, so the
   * default is the one that a careful client must survive: `last-page`.
   */
  readonly watermark?: 'first-page' | 'last-page' | undefined
  /**
   * Order of a delta: rows by version and then the deletions (documented as usual), or all by version. Default:
   * `deletes-last`.
   */
  readonly order?: 'deletes-last' | 'by-version' | undefined
  /** Whether `$expand` is refused as `$filter`, `$orderby` and `$top` are. Default: `true`, as online. */
  readonly refuseExpand?: boolean | undefined
  /** What a garbled token, or one from the future, leads to; not documented. Default: `error` (400). */
  readonly unknownToken?: 'error' | 'full-result' | undefined
  /**
   * What following a token with another `$select` than it was given for leads to; whether tokens are bound to their columns is
   * not documented. `asked`: the columns asked for, as the token's text says nothing of columns. `refused`: 400. `given`: the
   * columns that the token was given for, in rows, context and links, without a word about it. Tokens of an earlier run of a
   * `stateDirectory` are bound to nothing. Default: `asked`.
   */
  readonly otherColumns?: 'asked' | 'refused' | 'given' | undefined
  /**
   * What a delta says of a deleted row of an elastic table, whose id other rows may share; not documented. `id` is what
   * rows of other tables get, and leaves the partition open. Default: `id`.
   */
  readonly elasticDeletions?: 'id' | 'id-and-partition' | undefined
  /** Whether a change of the table's definition ends the life of its tokens, as seen in the field. Default: `true`. */
  readonly expireOnSchemaChange?: boolean | undefined
  /**
   * Whether asking for annotations in the same request loses change tracking, as was reported of an 8.2 server: the
   * last page then carries no link at all. Default: `false`.
   */
  readonly lostWithAnnotations?: boolean | undefined
}

/** {@link ChangeTrackingOptions} with its defaults. */
export type ResolvedTracking = {
  readonly [Name in keyof ChangeTrackingOptions]-?: Exclude<ChangeTrackingOptions[Name], undefined>
}

/**
 * Fills in the defaults.
 *
 * @throws RangeError for a number out of its range, TypeError for an unknown choice.
 */
export function resolveTrackingOptions(tracking: ChangeTrackingOptions): ResolvedTracking {
  const {
    tokenLifetimeDays = 7,
    expiry = 'error',
    watermark = 'last-page',
    order = 'deletes-last',
    refuseExpand = true,
    unknownToken = 'error',
    otherColumns = 'asked',
    elasticDeletions = 'id',
    expireOnSchemaChange = true,
    lostWithAnnotations = false,
  } = objectOf('changeTracking', tracking) as ChangeTrackingOptions
  return {
    tokenLifetimeDays: integerWithin('changeTracking.tokenLifetimeDays', tokenLifetimeDays, 0, 365),
    expiry: oneOf('changeTracking.expiry', expiry, ['error', 'full-result']),
    watermark: oneOf('changeTracking.watermark', watermark, ['first-page', 'last-page']),
    order: oneOf('changeTracking.order', order, ['deletes-last', 'by-version']),
    refuseExpand: booleanOf('changeTracking.refuseExpand', refuseExpand),
    unknownToken: oneOf('changeTracking.unknownToken', unknownToken, ['error', 'full-result']),
    otherColumns: oneOf('changeTracking.otherColumns', otherColumns, ['asked', 'refused', 'given']),
    elasticDeletions: oneOf('changeTracking.elasticDeletions', elasticDeletions, ['id', 'id-and-partition']),
    expireOnSchemaChange: booleanOf('changeTracking.expireOnSchemaChange', expireOnSchemaChange),
    lostWithAnnotations: booleanOf('changeTracking.lostWithAnnotations', lostWithAnnotations),
  }
}
