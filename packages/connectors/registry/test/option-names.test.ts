import { describe, expect, it } from 'vitest'
import { connectorNames, loadConnector } from '../src/index.js'

/** One name for one thing, and the names that it must not have. */
const canonicalNames: readonly (readonly [name: string, others: RegExp])[] = [
  ['clock', /^(?:now|time|timer|timeSource|getTime)$/],
  // A policy is no callback.
  ['onEvent', /^on(?!(?:Event|BadRow|Mismatch|Expired)$)[A-Z]/],
  ['leaseWaitMs', /^(?:lock|lease)(?:Wait|Timeout)(?!Ms$)|^lockWaitMs$|^leaseTimeoutMs$/],
  ['directory', /^(?:dir|folder|path|outDir|outputDirectory)$/],
  ['compress', /^(?:compression|gzip|codec)$/],
  ['connectionString', /^(?:connection|dsn|connectionUrl|databaseUrl)$/],
  ['deletions', /^(?:deletes?|onDelete|deleteMode|deletionMode|softDelete)$/],
  ['schemaChanges', /^(?:schemaEvolution|evolution|onSchemaChange|schemaPolicy)$/],
  ['signal', /^(?:abortSignal|abort|cancel|cancellation)$/],
  // The most that are held, or written at a time.
  ['maxRows', /^(?:batchRows|rowLimit|rowsMax|maxRecords)$/],
  // How many are in one request, no more and no less as long as there are any.
  ['batchSize', /^(?:requestRows|rowsPerRequest|requestSize|chunkSize)$/],
  ['maxBytes', /^(?:batchBytes|byteLimit|bytesMax|maxSize)$/],
  ['concurrency', /^(?:parallelism|workers|parallel|maxConcurrency|threads)$/],
]

/** Names from before there was this list. It may only become shorter. */
const waivers: readonly string[] = ['files.now']

interface NamedOption {
  readonly connector: string
  readonly name: string
  readonly type: string
}

async function allOptions(): Promise<NamedOption[]> {
  const connectors = await Promise.all(connectorNames.map(loadConnector))
  return connectors.flatMap(({ name: connector, sink, source }) =>
    [sink, source].flatMap((role) =>
      (role?.options.describe() ?? []).map(({ name, type }) => ({ connector, name, type })),
    ),
  )
}

function wrongName({ name }: NamedOption): string | undefined {
  const own = name.slice(name.lastIndexOf('.') + 1)
  return canonicalNames.find(([canonical, others]) => own !== canonical && others.test(own))?.[0]
}

describe('the options of all connectors', () => {
  it('have one name for one thing', async () => {
    const wrong = (await allOptions()).flatMap((option) => {
      const canonical = wrongName(option)
      const known = `${option.connector}.${option.name}`
      return canonical === undefined || waivers.includes(known)
        ? []
        : [`${known} is called ${canonical} elsewhere`]
    })
    expect(wrong).toEqual([])
  })

  it('need every waiver that there still is', async () => {
    const wrong = (await allOptions())
      .filter((option) => wrongName(option) !== undefined)
      .map(({ connector, name }) => `${connector}.${name}`)
    expect(waivers.filter((name) => !wrong.includes(name))).toEqual([])
  })

  it('end in Ms where they are durations, and in Bytes where they are bytes', async () => {
    const wrong = (await allOptions()).filter(
      ({ name, type }) =>
        (/milliseconds/.test(type) && !name.endsWith('Ms')) ||
        (/of bytes/.test(type) && !/bytes$/i.test(name)),
    )
    expect(wrong).toEqual([])
  })

  it('are of one type wherever they have one name, lists of words aside', async () => {
    const types = new Map<string, string>()
    for (const { name, type } of await allOptions()) {
      if (type.includes("'") || type.includes('"')) continue
      expect(type, name).toBe(types.get(name) ?? type)
      types.set(name, type)
    }
  })
})
