import { nearestName } from '@deltaverse/options'
import { jobFileProblem } from '../../job-file/job-file-problem.js'
import type { OpenedJobFile } from '../../job-file/read-job-file.js'
import { UsageError } from '../../program/usage-error.js'

/**
 * The jobs that are wanted, and those that they need, each behind what it needs.
 *
 * @throws UsageError for a name that is no job, and for jobs that need each other
 */
export function orderJobs(file: OpenedJobFile, wanted: readonly string[]): readonly string[] {
  const { jobs } = file.content
  const known = Object.keys(jobs)
  const ordered: string[] = []
  const visit = (name: string, way: readonly string[], place: readonly string[] | undefined): void => {
    if (ordered.includes(name)) return
    const job = jobs[name]
    if (job === undefined) throw unknownJob(file, name, known, place)
    if (way.includes(name)) {
      throw jobFileProblem(
        file.path,
        file.placeOf(['jobs', name, 'after']),
        `the jobs ${[...way, name].join(' → ')} wait for each other`,
      )
    }
    for (const [at, before] of (job.after ?? []).entries()) {
      visit(before, [...way, name], ['jobs', name, 'after', String(at)])
    }
    ordered.push(name)
  }
  for (const name of wanted.length === 0 ? known : wanted) visit(name, [], undefined)
  return ordered
}

function unknownJob(
  file: OpenedJobFile,
  name: string,
  known: readonly string[],
  place: readonly string[] | undefined,
): UsageError {
  const nearest = nearestName(name, known)
  const remedy = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`
  const what = `there is no job ${name}; ${remedy}`
  return place === undefined
    ? new UsageError(`${file.path}: ${what}`)
    : jobFileProblem(file.path, file.placeOf(place), what)
}
