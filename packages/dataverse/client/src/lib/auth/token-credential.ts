/** A token as `@azure/core-auth` describes it. */
export interface AccessToken {
  readonly token: string
  /** Milliseconds since 1970. */
  readonly expiresOnTimestamp: number
  /** When a new token should be fetched ahead of expiry; milliseconds since 1970. */
  readonly refreshAfterTimestamp?: number | undefined
}

export interface GetTokenOptions {
  readonly abortSignal?: AbortSignal | undefined
  /** Claims that the service demanded in a 401 (`WWW-Authenticate: … claims="…"`), as JSON text. */
  readonly claims?: string | undefined
  /** The token in the credential's own cache was refused by the service: fetch another one. */
  readonly forceRefresh?: boolean | undefined
}

/**
 * Anything that gets tokens. The shape is that of `TokenCredential` in `@azure/core-auth`, so every credential of
 * `@azure/identity` fits; so do the ones in `@deltaverse/client/credentials`.
 */
export interface TokenCredential {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>
}
