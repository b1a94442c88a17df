import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { UsageError } from '../program/usage-error.js'
import { findProblem } from './find-problem.js'
import type { JobFile } from './job-file.js'
import { jobFileProblem, type Place } from './job-file-problem.js'
import { isWrittenSecret, MissingValue, putInValues } from './put-in-values.js'

/** A job file, and the folder that its paths are of. */
export interface OpenedJobFile {
  readonly path: string
  readonly folder: string
  readonly content: JobFile
  /** Where a member stands, by the names that lead to it. */
  placeOf(names: readonly string[]): Place | undefined
}

/**
 * Reads a job file.
 *
 * @throws UsageError with line and column: for what is no YAML, for members that are not known, with the nearest name, for values of
 *   another type, for a variable that is not set, and for a secret that is written into the file
 */
export async function readJobFile(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenedJobFile> {
  const folder = dirname(resolve(path))
  const lines = new LineCounter()
  const document = parseDocument(readText(path), { lineCounter: lines })
  const placeAt = (node: Node | undefined): Place | undefined => {
    const start = node?.range?.[0]
    if (start === undefined) return undefined
    const { line, col } = lines.linePos(start)
    return { line, column: col }
  }
  const [error] = document.errors
  if (error !== undefined) {
    const [begin] = error.linePos ?? []
    const place = begin && { line: begin.line, column: begin.col }
    throw jobFileProblem(
      path,
      place,
      error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'is no YAML',
    )
  }
  visit(document, {
    Pair(_, pair) {
      const { key, value } = pair
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return
      if (!isWrittenSecret(String(key.value), value.value)) return
      throw jobFileProblem(
        path,
        placeAt(value),
        `${String(key.value)} holds a secret. A file is copied and shared: write \${env:NAME} or \${file:path} and keep it there`,
      )
    },
  })
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return
      try {
        node.value = putInValues(node.value, env, folder)
      } catch (caught) {
        if (!(caught instanceof MissingValue)) throw caught
        throw jobFileProblem(path, placeAt(node), caught.message)
      }
    },
  })
  const content: unknown = document.toJS()
  const problem = await findProblem(content)
  if (problem !== undefined)
    throw jobFileProblem(path, placeAt(nodeAt(document, problem.names, problem.member)), problem.message)
  return {
    path,
    folder,
    content: content as JobFile,
    placeOf: (names) => placeAt(nodeAt(document, names, undefined)),
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}. deltaverse init writes one`)
  }
}

function nodeAt(document: Document, names: readonly string[], member: string | undefined): Node | undefined {
  const path = names.map((name) => (/^\d+$/.test(name) ? Number(name) : name))
  const node = (path.length === 0 ? document.contents : document.getIn(path, true)) as Node | undefined
  if (member === undefined || !isMap(node)) return node
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === member)
  return (pair?.key as Node | undefined) ?? node
}
