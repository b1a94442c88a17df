import { DataverseError } from '@deltaverse/core'

/** Lets one call fail, counted over everything that is made to fail by it. */
export interface FailingCalls {
  /** The n-th call from now on fails: `before` it did anything, or `after` it did everything. */
  failAt(nth: number, when: 'before' | 'after', retryable?: boolean): void
  never(): void
  /** Whether a failure is still to come. */
  isPending(): boolean
  /** The same object, with those of its methods failing when it is their turn. */
  wrap<T extends object>(target: T, methods: readonly (keyof T)[]): T
}

export function createFailingCalls(): FailingCalls {
  let left = 0
  let when: 'before' | 'after' = 'before'
  let isRetryable = true
  const fault = (): DataverseError =>
    new DataverseError('the connection broke', { code: 'sink-failed', retryable: isRetryable })
  return {
    failAt(nth, at, retryable = true) {
      left = nth
      when = at
      isRetryable = retryable
    },
    never() {
      left = 0
    },
    isPending: () => left > 0,
    wrap(target, methods) {
      const wrapped = { ...target }
      for (const method of methods) {
        const original = target[method] as (...values: unknown[]) => Promise<unknown>
        const failing = async (...values: unknown[]): Promise<unknown> => {
          const fails = left === 1
          if (left > 0) left -= 1
          if (fails && when === 'before') throw fault()
          const result = await original.apply(target, values)
          if (fails && when === 'after') throw fault()
          return result
        }
        Object.assign(wrapped, { [method]: failing })
      }
      return wrapped
    },
  }
}
