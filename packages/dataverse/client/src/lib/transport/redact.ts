/** Blots out what looks like a token or a secret in text that others wrote, and the secrets that are known. */
export function redactSecrets(text: string, known: readonly string[] = []): string {
  return known
    .reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '[secret]')), text)
    .replace(/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*){0,3}/g, '[token]')
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [token]')
    .replace(
      /\b(client_secret|client_assertion|password|refresh_token|access_token|device_code|assertion)(["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
      '$1$2[secret]',
    )
}
