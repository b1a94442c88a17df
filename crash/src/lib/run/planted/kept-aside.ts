import { type Files, ifThere, replaceFile } from '@deltaverse/durable-files'

/** A value that a planted bug keeps for itself, durably. */
export function keptAside<T>(files: Files, path: string) {
  return {
    async read(): Promise<T | undefined> {
      const bytes = await ifThere(files.readFile(path))
      return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as T)
    },
    write: (value: T): Promise<void> => replaceFile(path, JSON.stringify(value), { files }),
  }
}
