import { createHash } from 'node:crypto'
import type { Sink } from '@deltaverse/core'
import { type Files, replaceFile } from '@deltaverse/durable-files'
import { keptAside } from './kept-aside.js'

interface SinkParts {
  readonly sink: Sink
  readonly files: Files
  readonly directory: string
}

/** A sink that goes on behind everything that it ever committed, whatever the state says. */
export function sinkThatIsAhead({ sink, files, directory }: SinkParts): Sink {
  const newest = keptAside<unknown>(files, `${directory}/newest-position`)
  return {
    ...sink,
    close: () => sink.close(),
    async open(position, call) {
      await sink.open((await newest.read()) ?? position, call)
    },
    async commit(call) {
      const position = await sink.commit(call)
      await newest.write(position)
      return position
    },
  }
}

interface LogManifest {
  reads: { files: { file: string; bytes: number; sha256: string; closed: boolean }[] }[]
}

/** A log that goes on behind whatever is in its last file. */
export function sinkThatTrustsItsFile({ sink, files, directory }: SinkParts): Sink {
  return {
    ...sink,
    close: () => sink.close(),
    async open(position, call) {
      const file = (position as { read?: { file?: { file: string; bytes: number } } } | undefined)?.read?.file
      if (file !== undefined) {
        const bytes = await files.readFile(`${directory}/${file.file}`)
        const path = `${directory}/crash_items.manifest.json`
        const manifest = JSON.parse(Buffer.from(await files.readFile(path)).toString()) as LogManifest
        for (const entry of manifest.reads.flatMap((read) => read.files)) {
          if (entry.file !== file.file) continue
          entry.bytes = bytes.length
          entry.sha256 = createHash('sha256').update(bytes).digest('hex')
        }
        await replaceFile(path, JSON.stringify(manifest), { files })
        file.bytes = bytes.length
      }
      await sink.open(position, call)
    },
  }
}
