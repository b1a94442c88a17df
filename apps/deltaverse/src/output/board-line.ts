import { formatCount, formatSeconds, plural } from '../program/format-quantity.js'
import type { TableState } from './table-state.js'

const barWidth = 20

/** `contacts  ██████░░░░  62%  12,400 of 20,000 rows  3,100 rows/s  2 s left  all rows  token 3 min old` */
export function boardLine(state: TableState, nameWidth: number, nowMs: number): string {
  return [state.table.padEnd(nameWidth), ...bar(state), ...figures(state, nowMs)].join('  ').trimEnd()
}

/** The same without a bar, for a log. */
export function heartbeatLine(state: TableState, nowMs: number): string {
  const share = state.share === undefined ? [] : [percent(state.share).trim()]
  return `${state.table}: ${[...share, ...figures(state, nowMs)].join(', ')}`
}

function bar({ share }: TableState): string[] {
  if (share === undefined) return ['░'.repeat(barWidth), '    ']
  const full = Math.floor(share * barWidth)
  return ['█'.repeat(full) + '░'.repeat(barWidth - full), percent(share)]
}

function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)}%`
}

function figures(state: TableState, nowMs: number): string[] {
  const { rows, expectedRows, rowsPerSecond, remainingMs, failed, phase, tokenAtMs, asksAgainAtMs } = state
  const isFollowed = asksAgainAtMs !== undefined && asksAgainAtMs > nowMs
  const counted =
    expectedRows === undefined || rows > expectedRows
      ? plural(rows, 'row')
      : `${formatCount(rows)} of ${plural(expectedRows, 'row')}`
  return [
    ...(isFollowed ? [] : [counted]),
    ...(isFollowed || rowsPerSecond === 0 ? [] : [`${formatCount(rowsPerSecond)} rows/s`]),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
    ...(remainingMs === undefined ? [] : [`${formatSpan(remainingMs)} left`]),
    phase,
    ...(tokenAtMs === undefined ? [] : [`token ${formatSpan(nowMs - tokenAtMs)} old`]),
    ...(isFollowed ? [`asks again in ${formatSpan(asksAgainAtMs - nowMs)}`] : []),
  ]
}

/** `12 s`, `3 min 5 s`, `5 h`, `2 days` */
function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return formatSeconds(seconds)
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
