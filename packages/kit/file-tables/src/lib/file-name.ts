/** How a file is compressed, by its name. */
export function compressionOf(file: string): 'none' | 'gzip' {
  return file.endsWith('.gz') ? 'gzip' : 'none'
}

/** The extension of a file's format: `ndjson` of `contacts.000001.ndjson.gz`. */
export function extensionOf(file: string): string {
  return /\.([a-z]+)(?:\.gz)?$/.exec(file)?.[1] ?? ''
}

/** How files end that are written in a format: `ndjson.gz`. */
export function endingOf(extension: string, compress: 'none' | 'gzip'): string {
  return compress === 'gzip' ? `${extension}.gz` : extension
}
