import { setTimeout } from 'node:timers/promises'
import type { EmulatorOptions, ResolvedOptions } from './emulator-options.js'
import { resolveFiles } from './files/file-options.js'
import { resolveLimitOptions } from './limits/limits-options.js'
import { resolveLinks } from './link-options.js'
import { functionOf, integerWithin, numberWithin, objectOf, textOf } from './option-checks.js'
import { resolveSwitches } from './resolve-switches.js'
import { checkTables } from './schema/check-tables.js'
import { resolveTrackingOptions } from './tracking/tracking-options.js'

/**
 * Fills in the defaults.
 *
 * @throws RangeError for a number out of its range, TypeError for an unknown choice or a value of another kind; both name it.
 */
export function resolveOptions(options: EmulatorOptions = {}): ResolvedOptions {
  objectOf('options', options)
  const { port = 0, host = '127.0.0.1', tables = [], rows = {}, clock = Date.now, seed = 1 } = options
  return {
    port: integerWithin('port', port, 0, 65_535),
    host: textOf('host', host),
    tables: checkTables(tables),
    rows: checkRows(rows),
    organization: objectOf('organization', options.organization ?? {}),
    stateDirectory:
      options.stateDirectory === undefined ? undefined : textOf('stateDirectory', options.stateDirectory),
    clock: functionOf('clock', clock),
    seed: integerWithin('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    authorize: functionOf('authorize', options.authorize ?? (() => true)),
    changeTracking: resolveTrackingOptions(options.changeTracking ?? {}),
    files: resolveFiles(options.files ?? {}),
    links: resolveLinks(options.links ?? {}),
    limits: options.limits === undefined ? undefined : resolveLimitOptions(options.limits),
    ...resolveSwitches(options),
    ...resolveLimits(options),
    wait: functionOf('wait', options.wait ?? waitReally),
  }
}

async function waitReally(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal })
}

function checkRows(rows: NonNullable<EmulatorOptions['rows']>): NonNullable<EmulatorOptions['rows']> {
  for (const [entitySet, some] of Object.entries(objectOf('rows', rows))) {
    // Text can be iterated too, but it holds no rows.
    if (typeof some === 'object' && some !== null && Symbol.iterator in some) continue
    throw new TypeError(
      `rows.${entitySet} is a list of rows, or makes some one after the other: got ${typeof some}`,
    )
  }
  return rows
}

function resolveLimits(
  options: EmulatorOptions,
): Pick<
  ResolvedOptions,
  | 'keyIndexingStepMs'
  | 'maxBatchOperations'
  | 'maxPageSize'
  | 'maxRequestBytes'
  | 'historyLimit'
  | 'requestLogLimit'
  | 'compactAfterBytes'
> {
  const many = Number.MAX_SAFE_INTEGER
  const {
    maxBatchOperations = 1000,
    maxPageSize = 5000,
    maxRequestBytes = 122_526_105,
    historyLimit = Number.POSITIVE_INFINITY,
    keyIndexingStepMs = Number.POSITIVE_INFINITY,
    requestLogLimit = 1000,
    compactAfterBytes = 16 * 1024 * 1024,
  } = options
  return {
    maxBatchOperations: integerWithin('maxBatchOperations', maxBatchOperations, 1, many),
    maxPageSize: integerWithin('maxPageSize', maxPageSize, 1, 1_000_000),
    maxRequestBytes: integerWithin('maxRequestBytes', maxRequestBytes, 1, many),
    keyIndexingStepMs: numberWithin('keyIndexingStepMs', keyIndexingStepMs, 0, Number.POSITIVE_INFINITY),
    historyLimit: numberWithin('historyLimit', historyLimit, 0, Number.POSITIVE_INFINITY),
    requestLogLimit: integerWithin('requestLogLimit', requestLogLimit, 0, many),
    compactAfterBytes: integerWithin('compactAfterBytes', compactAfterBytes, 1, many),
  }
}
