/** Content of one file: as it is now, and as it would be after a power cut. */
export interface MemoryFile {
  readonly ino: number
  readonly content: Buffer
  write(bytes: Buffer, position: number): void
  truncate(bytes: number): void
  sync(): void
  /** Back to what was synced; with `random`, a part of what came after may have reached the disk, in torn shape. */
  loseUnsynced(random: (() => number) | undefined): void
}

export function createMemoryFile(ino: number): MemoryFile {
  let space = Buffer.alloc(0)
  let length = 0
  let synced = Buffer.alloc(0)
  let isSynced = true

  function resize(bytes: number): void {
    if (bytes > space.length) {
      const larger = Buffer.alloc(Math.max(bytes, space.length * 2))
      space.copy(larger, 0, 0, length)
      space = larger
    }
    if (bytes < length) space.fill(0, bytes, length)
    length = bytes
  }

  return {
    ino,
    get content() {
      return space.subarray(0, length)
    },
    write(bytes, position) {
      if (position + bytes.length > length) resize(position + bytes.length)
      bytes.copy(space, position)
      isSynced = false
    },
    truncate(bytes) {
      if (bytes === length) return
      resize(bytes)
      isSynced = false
    },
    sync() {
      if (isSynced) return
      synced = Buffer.from(space.subarray(0, length))
      isSynced = true
    },
    loseUnsynced(random) {
      if (isSynced) return
      const now = space.subarray(0, length)
      space = random === undefined ? Buffer.from(synced) : torn(synced, now, random)
      length = space.length
      synced = Buffer.from(space)
      isSynced = true
    },
  }
}

/** The old content, the new one, or the new length with some of the new content and zeros for the rest. */
function torn(old: Buffer, now: Buffer, random: () => number): Buffer<ArrayBuffer> {
  const kind = random()
  if (kind < 0.25) return Buffer.from(old)
  if (kind < 0.5) return Buffer.from(now)
  const result = Buffer.alloc(now.length)
  old.copy(result)
  const from = Math.min(old.length, now.length)
  const arrived = from + Math.floor(random() * (now.length - from + 1))
  now.copy(result, 0, 0, arrived)
  return kind < 0.75 ? result : result.subarray(0, arrived)
}
