import { DataverseError, isDataverseError } from '@deltaverse/core'

/** The same values; an error about one of them says which file it is of. */
export async function* nameSource<T>(
  values: AsyncIterable<T>,
  file: string,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* values
  } catch (error) {
    if (!isDataverseError(error) || error.message.includes(file)) throw error
    throw new DataverseError(`${file}: ${error.message}`, { code: error.code, cause: error })
  }
}
