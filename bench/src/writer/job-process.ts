import { fork } from 'node:child_process'
import { withoutProxies } from '../variant-process.js'

/** Runs a job in a fresh process of this program, which answers with one message and ends. */
export function runJob<Done>(program: string, job: object, execArgv: readonly string[] = []): Promise<Done> {
  return new Promise((resolve, reject) => {
    let done: Done | undefined
    const child = fork(new URL(program, import.meta.url), {
      env: withoutProxies(process.env),
      execArgv: [...execArgv],
    })
    child.once('message', (message) => {
      done = message as Done
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (done !== undefined) resolve(done)
      else reject(new Error(`${JSON.stringify(job)} ended with ${signal ?? code} before it was done`))
    })
    child.send(job)
  })
}
