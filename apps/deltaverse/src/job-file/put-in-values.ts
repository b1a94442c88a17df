import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** What could not be put in, and why. */
export class MissingValue extends Error {
  override readonly name: string = 'MissingValue'
}

/**
 * A text with `${env:NAME}` and `${file:path}` replaced by what the environment and the file hold, without the line end of a file.
 *
 * @throws MissingValue
 */
export function putInValues(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): string {
  return text.replace(/\$\{([a-z]+):([^}]*)\}/g, (_, kind: string, name: string) => {
    if (kind === 'env') {
      const value = env[name]
      if (value === undefined || value === '')
        throw new MissingValue(`the environment variable ${name} is not set`)
      return value
    }
    if (kind === 'file') return readValue(resolve(folder, name))
    throw new MissingValue(`there is no \${${kind}:…}, only \${env:NAME} and \${file:path}`)
  })
}

function readValue(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new MissingValue(`${path} cannot be read: ${(error as Error).message}`)
  }
}

const secretName = /secret|password|passphrase|token/i
const passwordInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:[^/@]+@/i

/** Whether a text is a secret that stands in the file itself. */
export function isWrittenSecret(name: string, text: string): boolean {
  if (/\$\{(?:env|file):/.test(text)) return false
  return secretName.test(name) || passwordInUrl.test(text)
}
