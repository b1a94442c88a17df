/** A file cannot be read as what it should be; the message says where, and what to do. */
export class FileProblem extends Error {
  override readonly name: string = 'FileProblem'
}
