import { serviceCode } from './service-code-names.js'

const always = new Set<string>([serviceCode.ObjectDoesNotExist, serviceCode.RecordNotFoundByEntityKey])

/**
 * Whether an error says that the row does not exist (any more). It is told under several codes; one of them stands for
 * something else unless the status is 404 (seen in the field: no row under this alternate key).
 */
export function isRowGone({
  serviceCode: code,
  status,
}: {
  readonly serviceCode?: string | undefined
  readonly status: number
}): boolean {
  if (code === undefined) return false
  return always.has(code) || (code === serviceCode.UndeclaredPropertyOrUnknownKey && status === 404)
}
