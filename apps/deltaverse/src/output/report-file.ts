import { access, constants, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { CommandReport } from '../command-line/command-report.js'
import type { RunListener } from '../events/event-hub.js'
import { formatReportPage } from '../report-page/format-report-page.js'
import { createRunRecord } from './run-record.js'

/** The page about a run. */
export interface ReportFile {
  readonly listen: RunListener
  /** @returns what went wrong */
  write(report: CommandReport): Promise<Error | undefined>
}

/** @throws an error of the file system where its folder cannot be written to */
export async function createReportFile(path: string): Promise<ReportFile> {
  await access(dirname(resolve(path)), constants.W_OK)
  const record = createRunRecord(() => Date.now())
  return {
    listen: record.listen,
    async write(report) {
      try {
        await writeFile(path, formatReportPage(report, record.finish()))
        return undefined
      } catch (error) {
        return error as Error
      }
    },
  }
}
