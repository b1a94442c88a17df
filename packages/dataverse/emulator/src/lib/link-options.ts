import { objectOf, oneOf, textOf } from './option-checks.js'

/** How links are written. */
export interface LinkOptions {
  /** Where `@odata.nextLink` and `@odata.deltaLink` stand. Default: `after-value`. */
  readonly position?: 'before-value' | 'after-value' | undefined
  /** Hexadecimal digits of percent-encoding in delta tokens. Default: `lower`. */
  readonly hex?: 'lower' | 'upper' | undefined
  /** A path segment before `/api/data`, as on-premises servers have. Default: none. */
  readonly organizationSegment?: string | undefined
}

/** {@link LinkOptions} with their defaults. */
export interface ResolvedLinks {
  readonly position: 'before-value' | 'after-value'
  readonly hex: 'lower' | 'upper'
  readonly organizationSegment: string | undefined
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError for an unknown choice, or a segment that is none.
 */
export function resolveLinks(links: LinkOptions): ResolvedLinks {
  objectOf('links', links)
  const { position = 'after-value', hex = 'lower', organizationSegment } = links
  if (
    organizationSegment !== undefined &&
    !/^[A-Za-z0-9_-]+$/.test(textOf('links.organizationSegment', organizationSegment))
  ) {
    throw new TypeError(`links.organizationSegment is one path segment: got '${organizationSegment}'`)
  }
  return {
    position: oneOf('links.position', position, ['before-value', 'after-value']),
    hex: oneOf('links.hex', hex, ['lower', 'upper']),
    organizationSegment,
  }
}
