import type { RetryRule } from '@deltaverse/client'

/** What a proxy answered that was asked for a way through and refused; `undefined` for every other error. */
export function proxyRefusal(error: unknown): number | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  const status = cause instanceof Error ? /^Proxy response \((\d+)\)/.exec(cause.message)?.[1] : undefined
  return status === undefined ? undefined : Number(status)
}

/** A proxy that wants a password wants it the next time too. */
export const giveUpAtProxy: RetryRule = ({ error }) => {
  const status = proxyRefusal(error)
  return status !== undefined && status < 500 ? 'give-up' : undefined
}
