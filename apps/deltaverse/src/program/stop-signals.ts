import { constants } from 'node:os'

/** Why the run was aborted. */
export interface StopSignals {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
  /** 128 and the number of the signal that came; `undefined` while none has. */
  exitCode(): number | undefined
  /** Whether what came is how somebody ends a program on purpose: SIGINT or SIGTERM, and not a terminal that is gone. */
  isWish(): boolean
  /** Stops listening. */
  dispose(): void
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A terminal sends Ctrl-C to npm and to this process, and npm sends it on: what comes this soon is the same wish. */
const sameWishMs = 1_000

/**
 * Turns the first signal into an abort, so that the run can end in order. One that comes more than a second later ends the
 * process at once.
 *
 * @param now milliseconds of a clock that only goes forward
 * @param exit ends the process
 */
export function listenForStopSignals(
  now: () => number = () => performance.now(),
  exit: (code: number) => void = process.exit,
): StopSignals {
  const controller = new AbortController()
  let code: number | undefined
  let stoppedAtMs = 0
  const onSignal = (name: NodeJS.Signals): void => {
    if (code !== undefined) {
      if (now() - stoppedAtMs > sameWishMs) exit(code)
      return
    }
    stoppedAtMs = now()
    code = 128 + constants.signals[name]
    controller.abort(new Error(`stopped by ${name}`))
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    exitCode: () => code,
    isWish: () => code === 128 + constants.signals.SIGINT || code === 128 + constants.signals.SIGTERM,
    dispose() {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
