/** The arguments cannot be followed; the message is one line that says what to write instead. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}
