import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Which process of which machine holds something. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Which start of the machine, and which namespace of process ids: a container has its own. Known on Linux. */
  readonly boot?: string
  readonly namespace?: string
  /** When the process began, in the kernel's own count; where it is known, a reused pid is told apart by it. */
  readonly began?: string
}

/** How processes are told apart. */
export interface Processes {
  /** This process. */
  own(): ProcessIdentity
  /** Whether a process still runs. One of another machine, container or boot cannot be asked and counts as running. */
  isRunning(holder: ProcessIdentity): boolean
}

/** The processes of this machine. */
export const machineProcesses: Processes = { own: () => identify(process.pid), isRunning }

function isRunning(holder: ProcessIdentity): boolean {
  const own = identify(process.pid)
  const mayBeAsked =
    [holder.host, holder.boot, holder.namespace].join() === [own.host, own.boot, own.namespace].join()
  if (!mayBeAsked) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const { began } = identify(holder.pid)
  return began === undefined || holder.began === undefined || began === holder.began
}

function identify(pid: number): ProcessIdentity {
  const boot = readIfThere(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = readIfThere(() => readlinkSync('/proc/self/ns/pid'))
  const began = readIfThere(() => beganAt(pid))
  return {
    pid,
    host: hostname(),
    ...(boot === undefined ? {} : { boot }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(began === undefined ? {} : { began }),
  }
}

/** Linux only: the 22nd field of `/proc/<pid>/stat`. */
function beganAt(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in parentheses, which may hold spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function readIfThere<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
