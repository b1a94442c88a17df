import type { ResolvedColumn } from './columns.js'
import { createRowEncoder, type RowEncoder, type RowEncoderOptions } from './row-encoder.js'

/** How rows are encoded that come with some columns only, and where these stand. */
export interface PatchEncoder {
  readonly encode: RowEncoder
  /** The columns that are put into rows. */
  readonly columns: readonly ResolvedColumn[]
}

/** The encoder for rows with these members; annotations come with the members that they are of. */
export type PatchEncoders = (members: readonly string[]) => PatchEncoder

/** Creates the encoders for a table, one for each list of members. */
export function createPatchEncoders(options: RowEncoderOptions): PatchEncoders {
  const encoders = new Map<string, PatchEncoder>()
  return (members) => {
    const key = members.join()
    let encoder = encoders.get(key)
    if (encoder === undefined) {
      const asked = new Set(members)
      const isAsked = ({ member }: ResolvedColumn): boolean => asked.has(member.replace(/@.*$/, ''))
      const columns = options.columns.map((column) =>
        isAsked(column) ? column : { ...column, optional: true },
      )
      // What a row comes without is not looked at, so nothing has to be kept.
      const encode = createRowEncoder({ ...options, columns, absentMembers: 'empty' })
      encoder = { encode, columns: options.columns.filter(isAsked) }
      encoders.set(key, encoder)
    }
    return encoder
  }
}
