import { attempt, type Files, ifThere, isWithoutLinks, replaceFile } from '@deltaverse/durable-files'

/** Gives a file a second name, in place of what had that name: the file itself stays where it is all the time. */
export async function keepPrevious(files: Files, path: string, previous: string): Promise<void> {
  const prepared = `${previous}.new`
  await attempt('write', previous, async () => {
    await ifThere(files.rm(prepared))
    try {
      await files.link(path, prepared)
    } catch (error) {
      if (!isWithoutLinks(error)) throw error
      return await replaceFile(previous, await files.readFile(path), { files })
    }
    await files.rename(prepared, previous)
    // Where both already were one file, a rename does nothing.
    await ifThere(files.rm(prepared))
  })
}

/** Gives a file, if it is there, a second name that is free: `<path>.1.bak`, or the next number. */
export async function keepBeside(files: Files, path: string): Promise<void> {
  if ((await attempt('read', path, () => ifThere(files.stat(path)))) === undefined) return
  for (let number = 1; ; number += 1) {
    const keptAs = `${path}.${number}.bak`
    if ((await attempt('read', keptAs, () => ifThere(files.stat(keptAs)))) !== undefined) continue
    return await keepPrevious(files, path, keptAs)
  }
}
