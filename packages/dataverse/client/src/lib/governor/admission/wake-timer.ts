import type { Clock } from '@deltaverse/core'

/** One alarm that can be set anew and taken back. */
export interface WakeTimer {
  /** Rings at this time; `undefined` takes the alarm back, so that nothing keeps the process alive. */
  set(atMs: number | undefined): void
}

/** Makes an alarm on a clock. Whatever a clock that cannot abort does later is ignored. */
export function createWakeTimer(clock: Clock, ring: () => void): WakeTimer {
  let alarm: { atMs: number; controller: AbortController } | undefined

  function cancel(): void {
    const { controller } = alarm ?? {}
    alarm = undefined
    controller?.abort()
  }

  async function wait(own: { atMs: number; controller: AbortController }): Promise<void> {
    try {
      await clock.delay(Math.max(0, own.atMs - clock.now()), own.controller.signal)
    } catch (error) {
      if (alarm !== own) return
      throw error
    }
    if (alarm !== own) return
    alarm = undefined
    ring()
  }

  return {
    set(atMs) {
      if (alarm?.atMs === atMs) return
      cancel()
      if (atMs === undefined) return
      alarm = { atMs, controller: new AbortController() }
      void wait(alarm)
    },
  }
}
