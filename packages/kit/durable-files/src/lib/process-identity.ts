import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Which process of which machine holds something. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** When the process began, in the kernel's own count; where it is known, a reused pid is told apart by it. */
  readonly began?: string
}

/** How processes are told apart. */
export interface Processes {
  /** This process. */
  own(): ProcessIdentity
  /** Whether a process still runs. A process of another machine cannot be asked and counts as running. */
  isRunning(holder: ProcessIdentity): boolean
}

/** The processes of this machine. */
export const machineProcesses: Processes = { own: () => identify(process.pid), isRunning }

function isRunning(holder: ProcessIdentity): boolean {
  if (holder.host !== hostname()) return true
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
  const began = beganAt(pid)
  return { pid, host: hostname(), ...(began === undefined ? {} : { began }) }
}

/** Linux only: the 22nd field of `/proc/<pid>/stat`, with the boot it counts from. */
function beganAt(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, which may hold spaces.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return started === undefined ? undefined : `${boot}/${started}`
  } catch {
    return undefined
  }
}
