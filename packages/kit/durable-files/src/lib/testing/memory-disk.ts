import { dirname, resolve } from 'node:path'
import type { FileStats, Files, OpenFile, OpenFlags } from '../files.js'
import { fileError } from './file-errors.js'
import { createMemoryFile, type MemoryFile } from './memory-file.js'

/** What a power cut does to what was not synced. */
export type PowerCut =
  /** Nothing is lost: as when a process is killed and the machine runs on. */
  | 'nothing-lost'
  /** All of it is lost. */
  | 'all-lost'
  /** Of each file and folder another part is lost; `random` gives numbers from 0 up to 1. */
  | { readonly random: () => number }

/** A disk in memory that knows which of its content would survive a power cut. */
export interface MemoryDisk {
  readonly files: Files
  /** Every file that is open is closed, and what was not synced is lost as told. */
  cutPower(how: PowerCut): void
  /** From now on, files together hold no more than this many bytes; what does not fit is refused with `ENOSPC`. */
  limitTo(bytes: number): void
  /** Paths of all files, in order. */
  paths(): readonly string[]
  /** Content of a file. */
  contentOf(path: string): Buffer
}

interface Folder {
  names: Map<string, MemoryFile>
  synced: Map<string, MemoryFile>
  /** What leads from `synced` to `names`, step by step. */
  changes: ((names: Map<string, MemoryFile>) => void)[]
}

/**
 * A disk that keeps promises and nothing more: content survives a power cut once its file was synced, a name (creation, rename,
 * removal) once its folder was. Changes of names in one folder are lost from the last one backwards, as on a disk with a journal.
 */
export function createMemoryDisk(): MemoryDisk {
  const folders = new Map<string, Folder>([['/', emptyFolder()]])
  let nextIno = 1
  let limit = Number.POSITIVE_INFINITY
  let life = 0

  function folderOf(path: string): Folder {
    const parent = dirname(resolve(path))
    const folder = folders.get(parent)
    if (folder === undefined) throw fileError('ENOENT', path)
    return folder
  }

  function fileAt(path: string): MemoryFile {
    if (folders.has(resolve(path))) throw fileError('EISDIR', path)
    const file = folderOf(path).names.get(resolve(path))
    if (file === undefined) throw fileError('ENOENT', path)
    return file
  }

  function change(path: string, step: (names: Map<string, MemoryFile>) => void): void {
    const folder = folderOf(path)
    step(folder.names)
    folder.changes.push(step)
  }

  function roomLeft(): number {
    if (limit === Number.POSITIVE_INFINITY) return limit
    const all = new Set([...folders.values()].flatMap(({ names }) => [...names.values()]))
    return [...all].reduce((room, file) => room - file.content.length, limit)
  }

  function create(path: string): MemoryFile {
    const file = createMemoryFile(nextIno++)
    change(path, (names) => names.set(resolve(path), file))
    return file
  }

  function fileToOpen(path: string, flags: OpenFlags): MemoryFile {
    if (folders.has(resolve(path))) throw fileError('EISDIR', path)
    const exists = folderOf(path).names.has(resolve(path))
    if (exists && flags === 'wx') throw fileError('EEXIST', path)
    if (!exists && (flags === 'r' || flags === 'r+')) throw fileError('ENOENT', path)
    const file = exists ? fileAt(path) : create(path)
    if (flags === 'w' || flags === 'wx') file.truncate(0)
    return file
  }

  function open(path: string, flags: OpenFlags): OpenFile {
    const file = fileToOpen(path, flags)
    const bornIn = life
    let isOpen = true
    const reach = (): MemoryFile => {
      if (!isOpen || life !== bornIn) throw fileError('EBADF', path)
      return file
    }
    return {
      read: async (buffer, offset, length, position) => ({
        bytesRead: reach().content.copy(buffer, offset, position, position + length),
      }),
      async writev(buffers, position) {
        if (flags === 'r') throw fileError('EBADF', path)
        const bytes = Buffer.concat(buffers)
        const room = roomLeft() + Math.max(0, reach().content.length - position)
        if (room <= 0 && bytes.length > 0) throw fileError('ENOSPC', path)
        const fitting = bytes.subarray(0, Math.min(bytes.length, room))
        reach().write(fitting, position)
        return { bytesWritten: fitting.length }
      },
      stat: async () => statsOf(reach()),
      truncate: async (bytes) => reach().truncate(bytes),
      sync: async () => reach().sync(),
      close: async () => {
        isOpen = false
      },
    }
  }

  function makeFolders(path: string): string | undefined {
    const full = resolve(path)
    if (folders.has(full)) return undefined
    const first = makeFolders(dirname(full)) ?? full
    if (folderOf(full).names.has(full)) throw fileError('EEXIST', path)
    folders.set(full, emptyFolder())
    return first
  }

  const files: Files = {
    open: async (path, flags) => open(path, flags),
    readFile: async (path) => Buffer.from(fileAt(path).content),
    async rename(from, to) {
      const file = fileAt(from)
      const [source, target] = [resolve(from), resolve(to)]
      if (folders.has(target)) throw fileError('EISDIR', to)
      if (dirname(source) === dirname(target)) {
        change(from, (names) => {
          names.delete(source)
          names.set(target, file)
        })
      } else {
        change(to, (names) => names.set(target, file))
        change(from, (names) => names.delete(source))
      }
    },
    async rm(path) {
      fileAt(path)
      change(path, (names) => names.delete(resolve(path)))
    },
    async link(existing, path) {
      const file = fileAt(existing)
      if (folderOf(path).names.has(resolve(path))) throw fileError('EEXIST', path)
      change(path, (names) => names.set(resolve(path), file))
    },
    async readdir(path) {
      const full = resolve(path)
      const folder = folders.get(full)
      if (folder === undefined) throw fileError('ENOENT', path)
      const below = [...folders.keys()].filter((other) => other !== '/' && dirname(other) === full)
      return [...folder.names.keys(), ...below].map((name) => name.slice(name.lastIndexOf('/') + 1)).sort()
    },
    stat: async (path) => (folders.has(resolve(path)) ? { size: 0, ino: 0 } : statsOf(fileAt(path))),
    mkdir: async (path) => makeFolders(path),
    async syncFolder(path) {
      const folder = folders.get(resolve(path))
      if (folder === undefined) throw fileError('ENOENT', path)
      folder.synced = new Map(folder.names)
      folder.changes = []
    },
  }

  return {
    files,
    cutPower(how) {
      life += 1
      if (how === 'nothing-lost') return
      const random = how === 'all-lost' ? () => 0 : how.random
      for (const folder of folders.values()) {
        const names = new Map(folder.synced)
        const kept = Math.floor(random() * (folder.changes.length + 1))
        for (const step of folder.changes.slice(0, kept)) step(names)
        folder.names = names
        folder.synced = new Map(names)
        folder.changes = []
      }
      const left = new Set([...folders.values()].flatMap(({ names }) => [...names.values()]))
      for (const file of left) file.loseUnsynced(how === 'all-lost' ? undefined : random)
    },
    limitTo(bytes) {
      limit = bytes
    },
    paths: () => [...folders.values()].flatMap(({ names }) => [...names.keys()]).sort(),
    contentOf: (path) => Buffer.from(fileAt(path).content),
  }
}

function emptyFolder(): Folder {
  return { names: new Map(), synced: new Map(), changes: [] }
}

function statsOf(file: MemoryFile): FileStats {
  return { size: file.content.length, ino: file.ino }
}
