import { nearestName } from '@deltaverse/options'
import { Ajv, type ErrorObject } from 'ajv'
import { loadJobFileSchema } from './load-job-file-schema.js'

/** What is wrong in a job file, and where. */
export interface Problem {
  readonly names: readonly string[]
  /** The member of what `names` lead to that is meant; its name is the place. */
  readonly member?: string | undefined
  readonly message: string
}

/** Holds a job file against its schema. */
export async function findProblem(content: unknown): Promise<Problem | undefined> {
  const schema = await loadJobFileSchema()
  const validate = new Ajv({ allErrors: true, verbose: true, strict: false }).compile(schema)
  if (validate(content)) return undefined
  const errors = ofWhatWasMeant(validate.errors ?? [])
  // Of alternatives that all fail, the error that lies deepest belongs to the one that was meant.
  const deepest = errors
    .filter(({ keyword }) => keyword !== 'anyOf')
    .reduce<ErrorObject | undefined>(
      (best, other) => (weightOf(other) > weightOf(best) ? other : best),
      undefined,
    )
  if (deepest === undefined) return undefined
  // Where two alternatives may have been meant, the names of both are known.
  const alike = errors.filter(
    ({ keyword, instancePath }) => keyword === deepest.keyword && instancePath === deepest.instancePath,
  )
  return describe(deepest, alike)
}

/** Of alternatives that all fail, only the errors of the one that fails least: who writes `push` does not mean a pull. */
function ofWhatWasMeant(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let left = errors
  for (const choice of errors.filter(({ keyword }) => keyword === 'anyOf')) {
    const within = `${choice.schemaPath}/`
    const faults = new Map<string, number>()
    const alternativeOf = ({ schemaPath, instancePath }: ErrorObject): string | undefined =>
      schemaPath.startsWith(within) && `${instancePath}/`.startsWith(`${choice.instancePath}/`)
        ? schemaPath.slice(within.length).split('/')[0]
        : undefined
    for (const error of left) {
      const alternative = alternativeOf(error)
      if (alternative === undefined) continue
      const isHere = error.instancePath === choice.instancePath
      const fault = !isHere ? 0 : error.keyword === 'type' || error.keyword === 'const' ? 100 : 1
      faults.set(alternative, (faults.get(alternative) ?? 0) + fault)
    }
    const fewest = Math.min(...faults.values())
    left = left.filter((error) => {
      const alternative = alternativeOf(error)
      return alternative === undefined || faults.get(alternative) === fewest
    })
  }
  return left
}

/** How much an error says: the deeper, the closer to what was meant; a wrong name says more than a missing one. */
function weightOf(error: ErrorObject | undefined): number {
  if (error === undefined) return -1
  const rank = error.keyword === 'additionalProperties' ? 2 : error.keyword === 'required' ? 0 : 1
  return error.instancePath.split('/').length * 10 + rank
}

function describe(
  { instancePath, keyword, params, message, parentSchema, data }: ErrorObject,
  alike: readonly ErrorObject[],
): Problem {
  const names = instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const where = names.length === 0 ? 'the file' : names.join('.')
  switch (keyword) {
    case 'additionalProperties': {
      const member = String(params.additionalProperty)
      const known = alike.flatMap((error) => Object.keys((error.parentSchema?.properties ?? {}) as object))
      const nearest = nearestName(member, known)
      const remedy =
        nearest === undefined ? `there are ${[...new Set(known)].join(', ')}` : `did you mean ${nearest}?`
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
    case 'pattern':
      return {
        names,
        message: `${where} does not take ${JSON.stringify(data)}. ${String(parentSchema?.description)}`,
      }
    default:
      return { names, message: `${where} ${message ?? 'is wrong'}` }
  }
}
