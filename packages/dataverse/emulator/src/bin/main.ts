#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { startEmulator } from '../lib/emulator.js'

interface Arguments {
  readonly port: number
  readonly host: string
  readonly state?: string
  readonly seed: number
  readonly seedProducts: number
  readonly tokenLifetimeDays: number
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

function parseArguments(argv: readonly string[]): Arguments {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const command = new Command('dataverse-emulator')
    .description('A local Dataverse Web API (v9.2) with change tracking, for tests and demonstrations.')
    .version(manifest.version)
    .option('-p, --port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8088)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--state <directory>', 'folder that keeps the state; without it nothing is kept')
    .option('--seed <number>', 'seed of the GUIDs', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--seed-products <count>', 'products to start with', wholeNumber(0, 1_000_000), 0)
    .option('--token-lifetime-days <days>', 'days that delta tokens live', wholeNumber(0, 365), 7)
    .exitOverride()
    .configureOutput({
      writeErr: (text) => process.stderr.write(text.trim().replaceAll('\n', ' ').concat('\n')),
    })
  command.parse(argv)
  return command.opts<Arguments>()
}

function* products(count: number): Generator<Record<string, unknown>> {
  for (let number = 1; number <= count; number += 1) {
    const code = String(number).padStart(6, '0')
    yield { name: `Product ${code}`, productnumber: `P-${code}` }
  }
}

async function main(): Promise<void> {
  const { port, host, state, seed, seedProducts, tokenLifetimeDays } = parseArguments(process.argv)
  const emulator = await startEmulator({
    port,
    host,
    seed,
    stateDirectory: state,
    rows: seedProducts === 0 ? {} : { products: products(seedProducts) },
    changeTracking: { tokenLifetimeDays },
    // A server that runs for weeks must not remember every write.
    historyLimit: 0,
  })
  process.stdout.write(`${emulator.url}\n`)
  let isClosing = false
  const stop = (): void => {
    // A Ctrl-C can come twice, from the terminal and from npm, which passes it on.
    if (isClosing) return
    isClosing = true
    void emulator.close().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  process.stderr.write(`dataverse-emulator: ${messageOf(error)}\n`)
  return 1
}

function messageOf(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') return `port ${port} is taken: choose another with --port`
  if (code === 'EACCES') return `no permission to listen there: ${String((error as Error).message)}`
  return error instanceof Error ? error.message : String(error)
}

try {
  await main()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}
