import type { Files, OpenFile } from './files.js'

/** Renewing that goes on until it is stopped. */
export interface Renewal {
  stop(): Promise<void>
}

/**
 * Writes the same text into a file again and again, so that its time says that somebody cares. The file is the one that was
 * there: whoever removed it and made another in its place is not disturbed, and found out.
 */
export function keepYoung(
  files: Files,
  path: string,
  text: string,
  everyMs: number,
  onLost: () => void,
): Renewal {
  const content = Buffer.from(text)
  let file: OpenFile | undefined
  let isRenewing: Promise<void> = Promise.resolve()
  let isStopped = false
  const timer = setInterval(() => {
    isRenewing = isRenewing.then(renew)
  }, everyMs)
  // A lock keeps no process alive.
  timer.unref()

  async function renew(): Promise<void> {
    if (isStopped) return
    try {
      if (Buffer.compare(await files.readFile(path), content) !== 0) return lost()
      file ??= await files.open(path, 'r+')
      const there = Buffer.alloc(content.length)
      await file.read(there, 0, there.length, 0)
      if (there.equals(content)) await file.writev([content], 0)
    } catch (error) {
      // A file system that does not answer for a while may answer the next time.
      if ((error as { code?: unknown }).code === 'ENOENT') lost()
    }
  }

  function lost(): void {
    if (isStopped) return
    isStopped = true
    clearInterval(timer)
    onLost()
  }

  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await isRenewing
      await file?.close().catch(() => undefined)
      file = undefined
    },
  }
}
