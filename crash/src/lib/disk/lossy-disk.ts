import { basename, dirname, resolve, sep } from 'node:path'
import type { Files, OpenFile, OpenFlags } from '@deltaverse/durable-files'
import type { SeededRandom } from '@deltaverse/testing'
import {
  afterPowerCut,
  changeEntries,
  emptyFile,
  emptyFolder,
  type FileNode,
  type FolderNode,
  flushFile,
  flushFolder,
  type Node,
  setSize,
  writeBytes,
} from './platter.js'

/** A disk in memory that keeps only what was flushed, and of the rest whatever chance keeps. */
export interface LossyDisk {
  /** The files as programs see them until the power fails. From then on, every call on them is refused. */
  files(): Files
  /** The power fails, and is back. */
  cutPower(): void
  /** How often the power was back. */
  readonly boots: number
  /** Paths of the files that somebody has opened and not closed since the power was back. */
  readonly openPaths: readonly string[]
}

/** What programs get to see of a power cut: nothing works any more. No code, so nobody takes it for an error of the disk. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut'
}

/** Creates an empty disk with one folder, which is there to stay. */
export function createLossyDisk(folder: string, random: SeededRandom): LossyDisk {
  let root: FolderNode = emptyFolder()
  let boots = 0
  const openPaths = new Map<OpenFile, string>()
  makeFolders(root, folder)
  flushAll(root)
  return {
    files() {
      const boot = boots
      const power = (): FolderNode => {
        if (boot !== boots) throw new PowerCut('the power is off')
        return root
      }
      const files = filesOf(power)
      return {
        ...files,
        async open(path, flags) {
          const file = await files.open(path, flags)
          const tracked: OpenFile = {
            ...file,
            async close() {
              openPaths.delete(tracked)
              await file.close()
            },
          }
          openPaths.set(tracked, path)
          return tracked
        },
      }
    },
    cutPower() {
      root = afterPowerCut(root, random)
      boots += 1
      openPaths.clear()
    },
    get boots() {
      return boots
    },
    get openPaths() {
      return [...openPaths.values()]
    },
  }
}

function filesOf(power: () => FolderNode): Files {
  const folderOf = (path: string): FolderNode => {
    const node = find(power(), path)
    if (node === undefined) throw fileError('ENOENT', path)
    if (node.kind !== 'folder') throw fileError('ENOTDIR', path)
    return node
  }
  const parentOf = (path: string): FolderNode => folderOf(dirname(resolve(path)))
  const fileOf = (path: string): FileNode => {
    const node = find(power(), path)
    if (node === undefined) throw fileError('ENOENT', path)
    if (node.kind !== 'file') throw fileError('EISDIR', path)
    return node
  }
  const name = (path: string): string => basename(resolve(path))
  return {
    async open(path, flags) {
      return openFile(power, fileToOpen(parentOf(path), path, flags), flags)
    },
    readFile: async (path) => Buffer.from(fileOf(path).bytes),
    async rename(from, to) {
      const node = fileOf(from)
      const [source, target] = [parentOf(from), parentOf(to)]
      const put = { name: name(to), node }
      const take = { name: name(from), node: undefined }
      if (target.entries.get(put.name) === node) return
      if (source === target) return changeEntries(target, [put, take])
      changeEntries(target, [put])
      changeEntries(source, [take])
    },
    async rm(path) {
      fileOf(path)
      changeEntries(parentOf(path), [{ name: name(path), node: undefined }])
    },
    async link(existing, path) {
      const node = fileOf(existing)
      if (find(power(), path) !== undefined) throw fileError('EEXIST', path)
      changeEntries(parentOf(path), [{ name: name(path), node }])
    },
    readdir: async (path) => [...folderOf(path).entries.keys()].sort(),
    async stat(path) {
      const node = find(power(), path)
      if (node === undefined) throw fileError('ENOENT', path)
      return { size: node.kind === 'file' ? node.bytes.length : 0, ino: node.number }
    },
    mkdir: async (path) => makeFolders(power(), path),
    syncFolder: async (path) => flushFolder(folderOf(path)),
  }
}

function fileToOpen(parent: FolderNode, path: string, flags: OpenFlags): FileNode {
  const existing = parent.entries.get(basename(resolve(path)))
  if (existing?.kind === 'folder') throw fileError('EISDIR', path)
  if (existing !== undefined && flags === 'wx') throw fileError('EEXIST', path)
  if (existing !== undefined) {
    if (flags === 'w') setSize(existing, 0)
    return existing
  }
  if (flags === 'r' || flags === 'r+') throw fileError('ENOENT', path)
  const made = emptyFile()
  changeEntries(parent, [{ name: basename(resolve(path)), node: made }])
  return made
}

function openFile(power: () => FolderNode, file: FileNode, flags: OpenFlags): OpenFile {
  let open = true
  const use = (): FileNode => {
    power()
    if (!open) throw fileError('EBADF', 'a file that was closed')
    return file
  }
  const change = (): FileNode => {
    if (flags === 'r') throw fileError('EBADF', 'a file that was opened to be read')
    return use()
  }
  return {
    async read(buffer, offset, length, position) {
      const part = use().bytes.subarray(position, position + length)
      buffer.set(part, offset)
      return { bytesRead: part.length }
    },
    async writev(buffers, position) {
      const bytes = Buffer.concat(buffers)
      writeBytes(change(), position, bytes)
      return { bytesWritten: bytes.length }
    },
    stat: async () => ({ size: use().bytes.length, ino: file.number }),
    truncate: async (bytes) => setSize(change(), bytes),
    sync: async () => flushFile(use()),
    async close() {
      open = false
    },
  }
}

function find(root: FolderNode, path: string): Node | undefined {
  let node: Node | undefined = root
  for (const part of partsOf(path)) {
    if (node?.kind !== 'folder') return undefined
    node = node.entries.get(part)
  }
  return node
}

function makeFolders(root: FolderNode, path: string): string | undefined {
  let folder = root
  let at = ''
  let first: string | undefined
  for (const part of partsOf(path)) {
    at += `${sep}${part}`
    const existing = folder.entries.get(part)
    if (existing?.kind === 'file') throw fileError('ENOTDIR', at)
    const next = existing ?? emptyFolder()
    if (existing === undefined) {
      changeEntries(folder, [{ name: part, node: next }])
      first ??= at
    }
    folder = next
  }
  return first
}

function flushAll(folder: FolderNode): void {
  flushFolder(folder)
  for (const node of folder.entries.values()) if (node.kind === 'folder') flushAll(node)
}

function partsOf(path: string): string[] {
  return resolve(path)
    .split(sep)
    .filter((part) => part !== '')
}

/** As node:fs throws them. */
function fileError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
