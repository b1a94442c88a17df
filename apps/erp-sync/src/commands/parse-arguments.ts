import { type Command, CommanderError, type OptionValues } from 'commander'
import { UsageError } from 'deltaverse/program'
import { createProgram } from './program.js'
import type { CommonSettings, Settings } from './settings.js'

const environmentOnly = ['file', 'replay', 'allowInsecureHttp']
const emulatorOnly = ['products', 'night', 'state', 'inMemory', 'out']
const syncOnly = ['dryRun', 'deactivate', 'maxDeleteShare', 'scope']

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
    throw new UsageError(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '))
  }
  const values = program.opts()
  const common: CommonSettings = {
    json: values.json,
    dryRun: values.dryRun,
    deactivate: values.deactivate,
    maxDeleteShare: values.maxDeleteShare,
    scope: values.scope,
    batchSize: values.batchSize,
    deadLetters: values.deadLetters,
  }
  return values.url === undefined
    ? demoSettings(program, values, common)
    : syncSettings(program, values, common)
}

function demoSettings(program: Command, values: OptionValues, common: CommonSettings): Settings {
  refuseGiven(program, environmentOnly, 'needs --url (or DATAVERSE_URL); without it the emulator is used')
  const { products, night, out } = values
  if (values.inMemory) refuseGiven(program, ['state'], 'has no use with --in-memory')
  return { ...common, kind: 'demo', products, night, out, state: values.inMemory ? undefined : values.state }
}

function syncSettings(program: Command, values: OptionValues, common: CommonSettings): Settings {
  refuseGiven(program, emulatorOnly, 'is for the emulator, which is used without --url')
  const { file, replay, allowInsecureHttp } = values
  if (replay !== undefined) refuseGiven(program, syncOnly, 'has no use with --replay')
  if ((file === undefined) === (replay === undefined)) {
    const where = program.getOptionValueSource('url') === 'env' ? 'DATAVERSE_URL' : '--url'
    throw new UsageError(`${where} needs either --file (the products) or --replay (rows that failed)`)
  }
  return {
    ...common,
    kind: file === undefined ? 'replay' : 'sync',
    url: checkUrl(values.url),
    file: file ?? replay,
    allowInsecureHttp,
  }
}

function refuseGiven(program: Command, names: readonly string[], why: string): void {
  const given = names.find((name) => program.getOptionValueSource(name) === 'cli')
  if (given === undefined) return
  const flag = program.options.find((option) => option.attributeName() === given)?.long ?? given
  throw new UsageError(`${flag} ${why}`)
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return text
  // What came is not repeated: it may hold a password or a token.
  throw new UsageError('--url must be like https://contoso.crm4.dynamics.com')
}
