import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { NetworkSettings } from '../environment/open-dispatcher.js'
import { parseSeconds, parseText } from './flag-values.js'

/** How the network is reached. */
export function addNetworkFlags(command: Command): Command {
  return command
    .optionsGroup('The network (proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY):')
    .option('--ca <file>', 'certificates in PEM that are trusted beside those of the machine', parseText)
    .addOption(
      new Option('--connect-timeout <seconds>', 'until a connection is open (default: 10)').argParser(
        parseSeconds,
      ),
    )
    .addOption(
      new Option('--headers-timeout <seconds>', 'until an answer begins (default: 300)').argParser(
        parseSeconds,
      ),
    )
    .addOption(
      new Option('--body-timeout <seconds>', 'how long an answer may stall (default: 120)').argParser(
        parseSeconds,
      ),
    )
}

export interface NetworkFlags {
  readonly ca?: string | undefined
  readonly connectTimeout?: number | undefined
  readonly headersTimeout?: number | undefined
  readonly bodyTimeout?: number | undefined
}

/** What the flags of {@link addNetworkFlags} say. */
export function networkOf(flags: NetworkFlags): NetworkSettings {
  return {
    ca: flags.ca && resolve(flags.ca),
    connectTimeoutMs: milliseconds(flags.connectTimeout),
    headersTimeoutMs: milliseconds(flags.headersTimeout),
    bodyTimeoutMs: milliseconds(flags.bodyTimeout),
  }
}

/** Seconds as milliseconds. */
export function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.max(1, Math.round(seconds * 1000))
}
