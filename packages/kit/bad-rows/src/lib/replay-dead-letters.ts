import { attempt, codeOf, type Files, nodeFiles } from '@deltaverse/durable-files'
import { readDeadLetters } from './dead-letter.js'

/**
 * Takes the rows of a dead-letter file up again. The file is set aside (`.replay`) before anything is written, so that what
 * fails once more stands in a new one, and goes once `bring` has resolved; a replay that is broken off begins there again.
 *
 * @param bring writes these rows as they are in the source by now, such as `replayRows()` of `@deltaverse/sync` does; what
 * stands in the letters may be older than what the sink holds
 * @returns how many rows there were
 */
export async function replayDeadLetters(
  path: string,
  bring: (ids: readonly string[]) => Promise<unknown>,
  files: Files = nodeFiles,
): Promise<number> {
  const aside = `${path}.replay`
  let rows = await bringAll(aside, bring, files)
  if (await moved(files, path, aside)) rows += await bringAll(aside, bring, files)
  return rows
}

async function bringAll(
  path: string,
  bring: (ids: readonly string[]) => Promise<unknown>,
  files: Files,
): Promise<number> {
  const letters = await readDeadLetters(path, files)
  const ids = [...new Set(letters.map(({ id }) => id))]
  if (ids.length > 0) await bring(ids)
  await attempt('remove', path, () => files.rm(path)).catch(ignoreMissing)
  return ids.length
}

async function moved(files: Files, from: string, to: string): Promise<boolean> {
  try {
    await files.rename(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf((error as Error).cause ?? error) !== 'ENOENT') throw error
}
