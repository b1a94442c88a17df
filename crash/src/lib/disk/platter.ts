import type { SeededRandom } from '@deltaverse/testing'

/** A file: what programs see, what is safe, and the writes in between in their order. */
export interface FileNode {
  readonly kind: 'file'
  /** Stays the same under any name. */
  readonly number: number
  bytes: Buffer
  safe: Buffer
  pending: Write[]
}

type Write =
  | { readonly kind: 'bytes'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'size'; readonly size: number }

/** A folder: likewise. Its entries are safe only once the folder itself was flushed. */
export interface FolderNode {
  readonly kind: 'folder'
  readonly number: number
  entries: Map<string, Node>
  safe: Map<string, Node>
  pending: EntryChange[]
}

export type Node = FileNode | FolderNode

/** Takes effect as a whole or not at all; a rename within a folder is two of them, or one that is atomic. */
type EntryChange = readonly { readonly name: string; readonly node: Node | undefined }[]

let numbers = 0

export function emptyFile(): FileNode {
  numbers += 1
  return { kind: 'file', number: numbers, bytes: Buffer.alloc(0), safe: Buffer.alloc(0), pending: [] }
}

export function emptyFolder(): FolderNode {
  numbers += 1
  return { kind: 'folder', number: numbers, entries: new Map(), safe: new Map(), pending: [] }
}

export function writeBytes(file: FileNode, at: number, bytes: Buffer): void {
  const write: Write = { kind: 'bytes', at, bytes: Buffer.from(bytes) }
  file.bytes = applied(file.bytes, write)
  file.pending.push(write)
}

export function setSize(file: FileNode, size: number): void {
  const write: Write = { kind: 'size', size }
  file.bytes = applied(file.bytes, write)
  file.pending.push(write)
}

/** What `fsync` does. */
export function flushFile(file: FileNode): void {
  file.safe = file.bytes
  file.pending = []
}

export function changeEntries(folder: FolderNode, change: EntryChange): void {
  apply(folder.entries, change)
  folder.pending.push(change)
}

export function flushFolder(folder: FolderNode): void {
  folder.safe = new Map(folder.entries)
  folder.pending = []
}

/**
 * The power fails: of whatever was not flushed a part survives, as file systems may have it. Returns the folder as it is found
 * when the power is back.
 *
 * Contents: nothing, everything, the writes up to some byte, or any of the writes, with zeros where one before it is
 * missing. Names: nothing, everything, the changes up to one of them, or any of them; of a rename perhaps one half.
 */
export function afterPowerCut(folder: FolderNode, random: SeededRandom): FolderNode {
  const survivors = new Map<Node, Node>()
  const survive = (node: Node): Node => {
    const known = survivors.get(node)
    if (known !== undefined) return known
    if (node.kind === 'file') {
      const bytes = survivingBytes(node, random)
      const file: FileNode = { kind: 'file', number: node.number, bytes, safe: bytes, pending: [] }
      survivors.set(node, file)
      return file
    }
    const copy: FolderNode = { ...emptyFolder(), number: node.number }
    survivors.set(node, copy)
    for (const [name, each] of survivingEntries(node, random)) copy.entries.set(name, survive(each))
    flushFolder(copy)
    return copy
  }
  return survive(folder) as FolderNode
}

function survivingBytes({ bytes, safe, pending }: FileNode, random: SeededRandom): Buffer {
  switch (random.pick(['nothing', 'everything', 'up-to', 'any'])) {
    case 'nothing':
      return safe
    case 'everything':
      return bytes
    case 'up-to': {
      const whole = pending.slice(0, random.below(pending.length + 1))
      const cut = pending[whole.length]
      const rest = cut === undefined ? [] : [firstPart(cut, random)]
      return [...whole, ...rest].reduce(applied, safe)
    }
    default:
      return pending.filter(() => random.chance(0.5)).reduce(applied, safe)
  }
}

function firstPart(write: Write, random: SeededRandom): Write {
  if (write.kind === 'size') return write
  return { ...write, bytes: write.bytes.subarray(0, random.below(write.bytes.length + 1)) }
}

function survivingEntries({ entries, safe, pending }: FolderNode, random: SeededRandom): Map<string, Node> {
  const surviving = new Map(safe)
  switch (random.pick(['nothing', 'everything', 'up-to', 'any'])) {
    case 'nothing':
      return surviving
    case 'everything':
      return entries
    case 'up-to':
      for (const change of pending.slice(0, random.below(pending.length + 1))) apply(surviving, change)
      return surviving
    default:
      for (const change of pending) {
        if (random.chance(0.5)) apply(surviving, random.chance(0.8) ? change : change.slice(0, 1))
      }
      return surviving
  }
}

function apply(entries: Map<string, Node>, change: EntryChange): void {
  for (const { name, node } of change) {
    if (node === undefined) entries.delete(name)
    else entries.set(name, node)
  }
}

function applied(before: Buffer, write: Write): Buffer {
  if (write.kind === 'size') {
    return write.size <= before.length
      ? before.subarray(0, write.size)
      : Buffer.concat([before, Buffer.alloc(write.size - before.length)])
  }
  const { at, bytes } = write
  const gap = Buffer.alloc(Math.max(0, at - before.length))
  return Buffer.concat([before.subarray(0, at), gap, bytes, before.subarray(at + bytes.length)])
}
