import { DataverseError } from '@deltaverse/core'

/** @throws DataverseError `conflict` when somebody else has saved in between */
export function requireRevision(
  name: string,
  stored: string | undefined,
  expected: string | undefined,
): void {
  if (stored === expected) return
  const is = stored === undefined ? 'none is stored' : `revision ${stored} is stored`
  const was = expected === undefined ? 'none' : `revision ${expected}`
  throw new DataverseError(
    `the checkpoint of ${name} was saved by somebody else: ${was} was expected, ${is}. Stop the other one, load again, and go on from there`,
    { code: 'conflict' },
  )
}
