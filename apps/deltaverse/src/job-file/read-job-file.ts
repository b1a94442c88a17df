import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type JsonSchema, nearestName } from '@deltaverse/options'
import { Ajv, type ErrorObject } from 'ajv'
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { UsageError } from '../program/usage-error.js'
import type { JobFile } from './job-file.js'
import { jobFileProblem, type Place } from './job-file-problem.js'
import { jobFileSchema } from './job-file-schema.js'
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

interface Problem {
  readonly names: readonly string[]
  /** The member of what `names` lead to that is meant; its name is the place. */
  readonly member?: string | undefined
  readonly message: string
}

async function findProblem(content: unknown): Promise<Problem | undefined> {
  const { connectorNames, loadConnector } = await import('@deltaverse/registry')
  const schemas: Record<string, JsonSchema> = {}
  for (const name of connectorNames) {
    const { sink } = await loadConnector(name)
    if (name !== 'dataverse' && sink !== undefined) schemas[name] = sink.options.toJsonSchema() as JsonSchema
  }
  const validate = new Ajv({ allErrors: true, verbose: true, strict: false }).compile(jobFileSchema(schemas))
  if (validate(content)) return undefined
  const errors = ofWhatWasMeant(validate.errors ?? [])
  // Of alternatives that all fail, the error that lies deepest belongs to the one that was meant.
  const deepest = errors
    .filter(({ keyword }) => keyword !== 'anyOf')
    .reduce<ErrorObject | undefined>(
      (best, other) => (weightOf(other) > weightOf(best) ? other : best),
      undefined,
    )
  return deepest === undefined ? undefined : describe(deepest)
}

/** Leaves out alternatives of which not even the member is there that tells them: who writes `push` does not mean a pull. */
function ofWhatWasMeant(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const others = errors.filter(({ schemaPath }) => /\/anyOf\/\d+\/required$/.test(schemaPath))
  const meant = errors.filter(
    ({ schemaPath, instancePath }) =>
      !others.some(
        (other) =>
          instancePath.startsWith(other.instancePath) &&
          schemaPath.startsWith(other.schemaPath.replace(/required$/, '')),
      ),
  )
  return meant.some(({ keyword }) => keyword !== 'anyOf') ? meant : errors
}

/** How much an error says: the deeper, the closer to what was meant; a wrong name says more than a missing one. */
function weightOf(error: ErrorObject | undefined): number {
  if (error === undefined) return -1
  const rank = error.keyword === 'additionalProperties' ? 2 : error.keyword === 'required' ? 0 : 1
  return error.instancePath.split('/').length * 10 + rank
}

function describe({ instancePath, keyword, params, message, parentSchema, data }: ErrorObject): Problem {
  const names = instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const where = names.length === 0 ? 'the file' : names.join('.')
  switch (keyword) {
    case 'additionalProperties': {
      const member = String(params.additionalProperty)
      const known = Object.keys((parentSchema?.properties ?? {}) as object)
      const nearest = nearestName(member, known)
      const remedy = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`
      return { names, member, message: `${where} has no member ${member}; ${remedy}` }
    }
    case 'required':
      return { names, message: `${where} lacks ${String(params.missingProperty)}` }
    case 'enum':
      return {
        names,
        message: `${where} is one of ${(params.allowedValues as unknown[]).join(', ')}, not ${JSON.stringify(data)}`,
      }
    case 'type':
      return {
        names,
        message: `${where} has to be ${String(params.type)}, not ${JSON.stringify(data)?.slice(0, 40)}`,
      }
    default:
      return { names, message: `${where} ${message ?? 'is wrong'}` }
  }
}

function nodeAt(document: Document, names: readonly string[], member: string | undefined): Node | undefined {
  const path = names.map((name) => (/^\d+$/.test(name) ? Number(name) : name))
  const node = (path.length === 0 ? document.contents : document.getIn(path, true)) as Node | undefined
  if (member === undefined || !isMap(node)) return node
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === member)
  return (pair?.key as Node | undefined) ?? node
}
