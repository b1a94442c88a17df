import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What one run of one variant cost its process. */
export interface Cost {
  readonly wallMs: number
  /** All threads: inflating, TLS and garbage collection are in it. */
  readonly cpuMs: number
  /** Of the whole process, from its start. */
  readonly peakRssMb: number
  /** The longest time for which nothing else could have run. */
  readonly longestBlockMs: number
}

/** Runs a job once, from cold, and says what it cost. */
export async function measure<T>(job: () => Promise<T>): Promise<{ readonly value: T; readonly cost: Cost }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  const value = await job()
  const wallMs = performance.now() - startMs
  const cpu = process.cpuUsage(cpuBefore)
  delay.disable()
  return {
    value,
    cost: {
      wallMs,
      cpuMs: (cpu.user + cpu.system) / 1_000,
      peakRssMb: process.resourceUsage().maxRSS / 1_024,
      longestBlockMs: delay.max / 1e6,
    },
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
