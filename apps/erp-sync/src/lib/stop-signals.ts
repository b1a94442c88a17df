import { constants } from 'node:os'

/** Why the run was aborted. */
export interface StopSignals {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
  /** 128 and the number of the signal that came; `undefined` while none has. */
  exitCode(): number | undefined
  /** Stops listening. */
  dispose(): void
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Turns the first signal into an abort, so that the run can end in order; the second one ends the process at once. */
export function listenForStopSignals(): StopSignals {
  const controller = new AbortController()
  let code: number | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    if (code !== undefined) process.exit(code)
    code = 128 + constants.signals[name]
    controller.abort(new Error(`stopped by ${name}`))
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose() {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
