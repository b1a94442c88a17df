import { type Command, CommanderError, type OptionValues } from 'commander'
import { UsageError } from 'deltaverse/program'
import { createProgram } from './program.js'
import type { CommonSettings, DemoSettings, Settings, SyncSettings } from './settings.js'

/** Options that make sense for an environment only, and those that make sense for the demonstration only. */
const syncOnly = [
  'table',
  'select',
  'annotations',
  'maxRecordBytes',
  'concurrency',
  'follow',
  'minInterval',
  'maxInterval',
  'onMismatch',
  'auth',
  'tenantId',
  'clientId',
  'cloud',
  'allowInsecureHttp',
]
const demoOnly = ['products', 'state']

/**
 * What the arguments ask for.
 *
 * @returns `undefined` when they asked for help or the version, which have been printed
 * @throws UsageError in one line
 */
export function parseArguments(argv: readonly string[], version: string): Settings | undefined {
  const program = createProgram(version)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return undefined
    throw new UsageError(error.message.replace(/^error: |\.$/g, '').replace(/\s*\n\s*/g, ' '))
  }
  const values = withoutEmptyVariables(program)
  const common: CommonSettings = {
    out: values.out,
    json: values.json,
    trace: values.trace,
    pageSize: values.pageSize,
    lockWaitMs: values.lockWait * 1000,
    restart: values.restart,
    commitBytes: values.commitBytes,
    files: { mode: values.mode, compress: values.gzip ? 'gzip' : 'none' },
    maxDeleteShare: values.maxDeleteShare,
  }
  return values.url === undefined
    ? demoSettings(program, values, common)
    : syncSettings(program, values, common)
}

/** A variable that is set to nothing is not set: that is how shells and containers unset one. */
function withoutEmptyVariables(program: Command): OptionValues {
  const values = { ...program.opts() }
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string' || program.getOptionValueSource(name) !== 'env') continue
    values[name] = value.trim() === '' ? undefined : value.trim()
  }
  return values
}

function demoSettings(program: Command, values: OptionValues, common: CommonSettings): DemoSettings {
  const given = syncOnly.find((name) => program.getOptionValueSource(name) === 'cli')
  if (given !== undefined) {
    throw new UsageError(
      `${flagOf(program, given)} needs --url (or DATAVERSE_URL); without it the demonstration runs`,
    )
  }
  return { ...common, kind: 'demo', products: values.products, state: values.state }
}

function syncSettings(program: Command, values: OptionValues, common: CommonSettings): SyncSettings {
  const given = demoOnly.find((name) => program.getOptionValueSource(name) === 'cli')
  if (given !== undefined) {
    throw new UsageError(`${flagOf(program, given)} is for the demonstration, which runs without --url`)
  }
  if (values.table === undefined) {
    const variable = program.getOptionValueSource('url') === 'env'
    throw new UsageError(
      variable
        ? 'DATAVERSE_URL is set, so --table must name at least one table (unset it for the demonstration)'
        : '--url needs --table: name at least one table',
    )
  }
  if (values.minInterval > values.maxInterval) {
    throw new UsageError(
      `--min-interval must not be above --max-interval, not ${values.minInterval} and ${values.maxInterval}`,
    )
  }
  return {
    ...common,
    kind: 'sync',
    url: checkUrl(values.url),
    tables: [...new Set<string>(values.table)],
    select: values.select,
    follow: values.follow
      ? { minIntervalMs: values.minInterval * 1000, maxIntervalMs: values.maxInterval * 1000 }
      : undefined,
    annotations: values.annotations,
    maxRecordBytes: values.maxRecordBytes,
    concurrency: values.concurrency,
    onMismatch: values.onMismatch,
    auth: values.auth,
    tenantId: values.tenantId,
    clientId: values.clientId,
    cloud: values.cloud,
    allowInsecureHttp: values.allowInsecureHttp,
  }
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return text
  // What stands before an `@` may be a password, and what stands behind a `?` or `#` a token.
  const shown = /[?#].*@/s.test(text) ? '…' : text.replace(/^.*@/s, '…@').replace(/([?#]).+/s, '$1…')
  throw new UsageError(`--url must be like https://contoso.crm4.dynamics.com, not "${shown}"`)
}

function flagOf(program: Command, name: string): string {
  return program.options.find((option) => option.attributeName() === name)?.long ?? name
}
