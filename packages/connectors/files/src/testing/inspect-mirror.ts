import { createHash } from 'node:crypto'
import type { SinkContents, SinkTestPlace } from '@deltaverse/core'
import { ifThere } from '@deltaverse/durable-files'
import { readRows } from './read-records.js'

/** A manifest, as its documentation describes it. */
interface Manifest {
  readonly file: string
  readonly published?: Content
  /** The file is being replaced: it may hold this already. */
  readonly next?: Content
}

interface Content {
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** Looks at a mirror as its readers do, and whether its manifest tells the truth about it. */
export async function inspectMirror(place: SinkTestPlace): Promise<SinkContents> {
  const { directory, table } = place
  const files = place.files()
  const text = await ifThere(files.readFile(`${directory}/${table.name}.manifest.json`))
  if (text === undefined) {
    const strays = ((await ifThere(files.readdir(directory))) ?? []).filter((each) =>
      /\.(?:ndjson|csv)/.test(each),
    )
    return { rows: [], torn: strays.map((file) => `${file} is there and no manifest tells of it`) }
  }
  let manifest: Manifest
  try {
    manifest = JSON.parse(Buffer.from(text).toString())
  } catch (error) {
    return { rows: [], torn: [`the manifest is no JSON: ${(error as Error).message}`] }
  }
  const { file, published, next } = manifest
  const bytes = await ifThere(files.readFile(`${directory}/${file}`))
  if (bytes === undefined) {
    return {
      rows: [],
      torn: published === undefined ? [] : [`${file} is not there, and the manifest says it is`],
    }
  }
  const { records: rows, torn } = readRows(place, file, Buffer.from(bytes))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const content = [published, next].find((each) => each?.sha256 === sha256)
  const wrong =
    content === undefined
      ? 'checksum'
      : content.rows !== rows.length || content.bytes !== bytes.length
        ? 'size'
        : undefined
  return {
    rows,
    torn: [
      ...torn,
      ...(wrong === undefined ? [] : [`${file} does not have the ${wrong} that the manifest says`]),
    ],
  }
}
