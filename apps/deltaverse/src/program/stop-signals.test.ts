import { afterEach, describe, expect, it } from 'vitest'
import { listenForStopSignals, type StopSignals } from './stop-signals.js'

let stop: StopSignals

afterEach(() => stop.dispose())

/** Signals as the process would get them, without sending any. */
const arrive = (name: NodeJS.Signals) => process.emit(name, name)

describe('listenForStopSignals()', () => {
  it('takes a Ctrl-C that npm sends on for the one that the terminal sent', () => {
    let nowMs = 5_000
    const exits: number[] = []
    stop = listenForStopSignals(
      () => nowMs,
      (code) => exits.push(code),
    )
    arrive('SIGINT')
    nowMs += 3
    arrive('SIGINT')
    expect(stop.signal.aborted).toBe(true)
    expect(stop.exitCode()).toBe(130)
    expect(exits).toEqual([])
  })

  it('ends the process at once when somebody asks again', () => {
    let nowMs = 0
    const exits: number[] = []
    stop = listenForStopSignals(
      () => nowMs,
      (code) => exits.push(code),
    )
    arrive('SIGTERM')
    nowMs += 1_001
    arrive('SIGINT')
    expect(exits).toEqual([143])
  })
})
