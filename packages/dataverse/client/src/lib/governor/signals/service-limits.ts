import type { ServiceLimits } from '../report/governor-stats.js'

/** What Microsoft Learn: Service protection API limits says. Environments differ; a refusal names the limit that it applied. */
export const documentedLimits: ServiceLimits = {
  requests: 6_000,
  executionMs: 1_200_000,
  windowMs: 300_000,
  concurrent: 52,
}

const requestsLimit = /requests exceeded the limit of ([\d,]+)(?: over time window of ([\d,]+) seconds)?/i
const executionLimit = /exceeded limit of ([\d,]+) milliseconds(?: over time window of ([\d,]+) seconds)?/i
const concurrencyLimit = /concurrent requests exceeded the limit of ([\d,]+)/i

/** Takes the limits that the text of a refusal names, and keeps the ones that it does not. */
export function learnLimits(known: ServiceLimits, message: string): ServiceLimits {
  const concurrent = toNumber(concurrencyLimit.exec(message)?.[1])
  if (concurrent !== undefined) return { ...known, concurrent }
  const execution = executionLimit.exec(message)
  const requests = execution === null ? requestsLimit.exec(message) : null
  const windowSeconds = toNumber((execution ?? requests)?.[2])
  return {
    ...known,
    executionMs: toNumber(execution?.[1]) ?? known.executionMs,
    requests: toNumber(requests?.[1]) ?? known.requests,
    windowMs: windowSeconds === undefined ? known.windowMs : windowSeconds * 1_000,
  }
}

function toNumber(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text.replaceAll(',', ''))
  return Number.isSafeInteger(value) && value >= 1 ? value : undefined
}
