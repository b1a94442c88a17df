/** `12,345` */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** `1.2 MB`: decimal units, as disks and networks are sold. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`
}

/** `0.42 s`, `3 min 5 s` */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(2)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

/** `in 2.5 s`; of a wait that somebody may want to know the end of: `at 2026-03-15T10:41:07Z (in 60 min 0 s)` */
export function formatWait({
  delayMs,
  untilMs,
}: {
  readonly delayMs: number
  readonly untilMs: number
}): string {
  if (delayMs < 60_000) return `in ${(delayMs / 1000).toFixed(1)} s`
  return `at ${new Date(untilMs).toISOString().slice(0, 19)}Z (in ${formatSeconds(delayMs / 1000)})`
}

/** `1 page`, `2 pages` */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
