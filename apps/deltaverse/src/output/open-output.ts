import type { CommandReport } from '../command-line/command-report.js'
import { createEventHub, type EventHub } from '../events/event-hub.js'
import { describeError } from '../program/describe-error.js'
import { createTerminal, type Terminal } from '../program/terminal.js'
import { UsageError } from '../program/usage-error.js'
import { createBoard } from './board.js'
import type { OutputSettings } from './output-settings.js'
import { createTextLog } from './text-log.js'

/** What a run says, and where it goes. */
export interface Output {
  readonly hub: EventHub
  /** For whoever has only lines to say. */
  readonly terminal: Terminal
  /**
   * Ends it, and writes the page that was asked for.
   *
   * @param report what the page is about; without it there is none
   * @returns what went wrong with what was to be written about the run
   */
  close(report?: CommandReport): Promise<Error | undefined>
}

/** More often than this nobody can look. */
const shortestRedrawMs = 90
/** Bars move this often though nothing is said. */
const redrawMs = 200
const defaultHeartbeatMs = 60_000

/** @throws UsageError for settings that contradict each other, and for a file that cannot be written */
export async function openOutput(settings: OutputSettings): Promise<Output> {
  const { json, trace, log = 'text', events, heartbeatMs = defaultHeartbeatMs } = settings
  if (json && events === '-') throw new UsageError('--json and --events - both want standard output')
  const hub = createEventHub()
  const printer = createTerminal({ json: json || events === '-', trace })
  if (log === 'json') {
    const { createJsonLog } = await import('./json-log.js')
    hub.listen(createJsonLog(trace))
  } else hub.listen(createTextLog(printer))
  const board = createBoard(() => Date.now())
  hub.listen(board.listen)
  const page = settings.report === undefined ? undefined : await openReportPage(settings.report)
  if (page !== undefined) hub.listen(page.listen)
  const file = events === undefined ? undefined : await openEvents(events)
  if (file !== undefined) hub.listen(file.listen)
  // A terminal that does not know its size says 0: nobody can tell where a line ends, so there are no bars.
  const showsBars = log === 'text' && process.stderr.isTTY === true && process.stderr.rows > 0
  const timer = showsBars
    ? setInterval(() => draw(), redrawMs)
    : heartbeatMs > 0
      ? setInterval(() => beat(), heartbeatMs)
      : undefined
  timer?.unref()

  let drawnAtMs = 0
  function draw(): void {
    const nowMs = Date.now()
    if (nowMs - drawnAtMs < shortestRedrawMs) return
    drawnAtMs = nowMs
    const { columns, rows } = process.stderr
    const lines = board.lines(nowMs, { columns: columns || 80, rows: rows || 24 })
    if (lines.length > 0) printer.progress(lines.join('\n'))
  }
  function beat(): void {
    const tables = board.heartbeat(Date.now())
    if (tables.length > 0) hub.tell({ kind: 'heartbeat', tables }, { level: 'info', text: tables.join('; ') })
  }
  if (showsBars) {
    hub.listen((event) => {
      if ('table' in event) draw()
    })
  }
  return {
    hub,
    terminal: {
      say: (text) => hub.tell({ kind: 'said', level: 'info', text }, { level: 'info', text }),
      warn: (text) => hub.tell({ kind: 'said', level: 'warn', text }, { level: 'warn', text }),
      trace: (text) => hub.tell({ kind: 'said', level: 'trace', text }, { level: 'trace', text }),
      progress: (line) => printer.progress(line),
      result: (text) => printer.result(text),
    },
    async close(report) {
      clearInterval(timer)
      file?.close()
      const ofPage = report === undefined ? undefined : await page?.write(report)
      return file?.failure() ?? ofPage
    },
  }
}

async function openReportPage(path: string) {
  const { createReportFile } = await import('./report-file.js')
  try {
    return await createReportFile(path)
  } catch (error) {
    throw new UsageError(`--report: ${path} cannot be written: ${describeError(error).message}`)
  }
}

async function openEvents(path: string) {
  const { openEventFile } = await import('./event-file.js')
  try {
    return openEventFile(path)
  } catch (error) {
    throw new UsageError(`--events: ${path} cannot be written: ${describeError(error).message}`)
  }
}
