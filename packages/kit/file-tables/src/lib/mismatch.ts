import { DataverseError } from '@deltaverse/core'

/** What is on the disk is not what the saved position says. */
export function mismatch(what: string): DataverseError {
  return new DataverseError(
    `${what}. Put back what is missing, or begin anew: without the saved state the table is read in full again`,
    { code: 'sink-mismatch' },
  )
}
