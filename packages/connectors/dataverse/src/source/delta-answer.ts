import { DataverseError, isDataverseError, isResponseError } from '@deltaverse/core'
import type { PageEnd } from './page-reader.js'
import type { ReadContext } from './read-context.js'

/**
 * Older versions are documented to answer for a forgotten token with all rows, as for a first read: then the context is not
 * that of a delta. Whether it really is all of them nobody can tell, so the answer is dropped and the table read in full.
 */
export function holdsAllRows(context: string | undefined): boolean {
  return context !== undefined && !context.endsWith('/$delta')
}

export function isExpiredToken(error: unknown): boolean {
  return isDataverseError(error) && error.code === 'delta-token-expired'
}

/** Whether a link was refused for what it is; being throttled, forbidden or cut off is no such reason. */
export function isRefusedLink(error: unknown): boolean {
  if (!isResponseError(error)) return false
  return isExpiredToken(error) || error.status === 400 || error.status === 404 || error.status === 410
}

/**
 * Whether the beginning of a delta was refused, so that its token is of no use any more. A 404 says no more than that somebody on
 * the way does not know the address: a gateway, or a table that is renamed just now.
 */
export function isRefusedToken(error: unknown): boolean {
  return isRefusedLink(error) && !(isResponseError(error) && error.status === 404 && !isExpiredToken(error))
}

/** @throws DataverseError `change-tracking-not-applied` for a last page without a delta link */
export function requireDeltaLink(context: ReadContext, page: PageEnd | undefined): string {
  if (page?.deltaLink !== undefined) return page.deltaLink
  const { entitySet, annotations } = context.options
  const applied = page?.preferenceApplied === undefined ? 'no preference' : `"${page.preferenceApplied}"`
  const hint =
    annotations === undefined
      ? ''
      : '. Some servers drop change tracking when annotations are asked for: try without'
  throw new DataverseError(
    `the last page of ${entitySet} came without a delta link, so change tracking was not applied and the read cannot be continued later (the service says it applied ${applied})${hint}`,
    { code: 'change-tracking-not-applied' },
  )
}
