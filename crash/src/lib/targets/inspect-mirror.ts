import { createHash } from 'node:crypto'
import { ifThere } from '@deltaverse/durable-files'
import type { FoundRow, Problem, SinkView, VersionBook } from '@deltaverse/testing/crash'
import type { FilePlace } from './file-place.js'
import { readChangeLines } from './read-lines.js'

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
export async function inspectMirror(place: FilePlace, book: VersionBook): Promise<SinkView> {
  const { files, directory, name } = place
  const text = await ifThere(files.readFile(`${directory}/${name}.manifest.json`))
  const problems: Problem[] = []
  const rows = new Map<string, FoundRow>()
  if (text === undefined) {
    const strays = ((await ifThere(files.readdir(directory))) ?? []).filter((each) => /\.ndjson/.test(each))
    return { rows, problems: strays.map((file) => torn(`${file} is there and no manifest tells of it`)) }
  }
  let manifest: Manifest
  try {
    manifest = JSON.parse(Buffer.from(text).toString())
  } catch (error) {
    return { rows, problems: [torn(`the manifest is no JSON: ${(error as Error).message}`)] }
  }
  const { file, published, next } = manifest
  const bytes = await ifThere(files.readFile(`${directory}/${file}`))
  if (bytes === undefined) {
    if (published !== undefined) problems.push(torn(`${file} is not there, and the manifest says it is`))
    return { rows, problems }
  }
  const { lines, problems: tornLines } = readChangeLines(file, Buffer.from(bytes), book)
  problems.push(...tornLines)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const content = [published, next].find((each) => each?.sha256 === sha256)
  if (content === undefined) problems.push(torn(`${file} does not have the checksum that the manifest says`))
  else if (content.rows !== lines.length || content.bytes !== bytes.length) {
    problems.push(torn(`${file} does not have the size that the manifest says`))
  }
  for (const line of lines) {
    if (line.kind !== 'row') problems.push(torn(`${file} holds a ${line.kind}`))
    else if (rows.has(line.row.id))
      problems.push({ kind: 'repeated', message: `${file} has ${line.row.id} twice` })
    else rows.set(line.row.id, line.row)
  }
  return { rows, problems }
}

function torn(message: string): Problem {
  return { kind: 'torn', message }
}
