/** Where the sending of requests gets its tokens from. */
export interface TokenSource {
  /** A token to send now, or `undefined` for an anonymous client. */
  getToken(signal?: AbortSignal | undefined): Promise<string | undefined>
  /**
   * Tells that the service refused this token, and with which claims challenge, if any. The next `getToken` brings
   * another one.
   *
   * @returns whether another token can be had at all
   */
  refuse(token: string | undefined, claims: string | undefined): boolean
}
