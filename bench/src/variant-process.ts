import { fork } from 'node:child_process'
import type { Done, Job } from './run-variant.js'

/** Runs a variant in a fresh process that trusts the certificate of the server. */
export function runVariant(job: Job, certificateFile: string): Promise<Done> {
  return new Promise((resolve, reject) => {
    let done: Done | undefined
    const child = fork(new URL('./run-variant.js', import.meta.url), {
      env: { ...withoutProxies(process.env), NODE_EXTRA_CA_CERTS: certificateFile },
    })
    child.once('message', (message: Done) => {
      done = message
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (done !== undefined) resolve(done)
      else reject(new Error(`"${job.variant}" ended with ${signal ?? code} before it was done`))
    })
    child.send(job)
  })
}

/** dynamics-web-api sends even loopback requests through a proxy that the environment names. */
export function withoutProxies(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_proxy$/i.test(name)))
}
