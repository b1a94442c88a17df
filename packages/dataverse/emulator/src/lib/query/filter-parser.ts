import { notEmulated } from '../http/service-error.js'
import type {
  Comparison,
  FilterExpression,
  FunctionArguments,
  LiteralOperand,
  Operand,
  PathOperand,
  TextFunction,
} from './filter-expression.js'
import { lexFilter, syntaxError, type Token } from './filter-lexer.js'
import { parseAliasArgument, parseAliasValue, toLiteral } from './filter-literal.js'
import { notImplemented } from './query-errors.js'

/** Microsoft Learn lists the functions of `$filter` that Dataverse has in this namespace. */
const functionNamespace = 'Microsoft.Dynamics.CRM.'

const comparisons = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le'])
const textFunctions = new Set(['contains', 'startswith', 'endswith'])
const maxDepth = 100

/** Parameter aliases by name, or `refused` where the service takes none: inside `$expand`. */
export type FilterAliases = ReadonlyMap<string, string> | 'refused'

/**
 * Understands a `$filter` text.
 *
 * @throws ServiceError 400 with the position of a mistake, 501 for an OData function that is not emulated.
 */
export function parseFilter(text: string, aliases: FilterAliases = new Map()): FilterExpression {
  const parser = createParser(text, aliases)
  const expression = parser.parseOr(0)
  parser.expectEnd()
  return expression
}

interface Parser {
  parseOr(depth: number): FilterExpression
  expectEnd(): void
}

function createParser(text: string, aliases: FilterAliases): Parser {
  const tokens = lexFilter(text)
  const end: Token = { kind: 'end', text: '', position: text.length }
  let index = 0

  const peek = (ahead = 0): Token => tokens[index + ahead] ?? end
  const advance = (): Token => {
    const token = peek()
    index += 1
    return token
  }
  const isNext = (word: string, ahead = 0): boolean =>
    peek(ahead).text === word && (peek(ahead).kind === 'name' || peek(ahead).kind === 'punctuation')
  const take = (word: string): boolean => {
    if (!isNext(word)) return false
    index += 1
    return true
  }
  const fail = (expectation: string): Error => syntaxError(text, peek().position, expectation)
  const expect = (word: string): void => {
    if (!take(word)) throw fail(`'${word}' expected`)
  }

  function parseOr(depth: number): FilterExpression {
    if (depth > maxDepth) throw fail('the expression is nested too deeply')
    let left = parseAnd(depth)
    while (take('or')) left = { kind: 'or', left, right: parseAnd(depth) }
    return left
  }

  function parseAnd(depth: number): FilterExpression {
    let left = parseNot(depth)
    while (take('and')) left = { kind: 'and', left, right: parseNot(depth) }
    return left
  }

  function parseNot(depth: number): FilterExpression {
    if (depth > maxDepth) throw fail('the expression is nested too deeply')
    if (take('not')) return { kind: 'not', operand: parseNot(depth + 1) }
    return parseTruthComparison(parsePrimary(depth))
  }

  // `contains(name,'x') eq true` says no more than `contains(name,'x')`.
  function parseTruthComparison(primary: FilterExpression): FilterExpression {
    if (primary.kind === 'truth' || primary.kind === 'comparison') return primary
    const operator = peek().text
    if (peek().kind !== 'name' || (operator !== 'eq' && operator !== 'ne')) return primary
    const value = toLiteral(peek(1))
    if (value?.type !== 'boolean') throw syntaxError(text, peek(1).position, "'true' or 'false' expected")
    index += 2
    return (operator === 'eq') === value.value ? primary : { kind: 'not', operand: primary }
  }

  function parsePrimary(depth: number): FilterExpression {
    if (take('(')) {
      const inner = parseOr(depth + 1)
      expect(')')
      return inner
    }
    const token = peek()
    if (token.kind === 'name' && isNext('(', 1)) return parseCall()
    const operand = parseOperand()
    if (operand.kind === 'path' && isNext('(')) return parseLambda(operand, depth)
    if (peek().kind === 'name' && peek().text === 'in') throw notImplemented()
    if (peek().kind !== 'name' || !comparisons.has(peek().text)) return truth(operand)
    const operator = advance().text as Comparison
    return { kind: 'comparison', operator, left: operand, right: parseOperand(), position: token.position }
  }

  function truth(operand: Operand): FilterExpression {
    if (operand.kind === 'literal' && operand.type !== 'boolean') throw fail('a comparison expected')
    return { kind: 'truth', operand }
  }

  function parseOperand(): Operand {
    const token = peek()
    const literal = toLiteral(token)
    if (literal !== undefined) {
      index += 1
      return literal
    }
    if (token.kind === 'alias') return parseAliasValue(takeAlias(), token.position)
    if (token.kind !== 'name') throw fail('a property or a value expected')
    return parsePath()
  }

  function takeAlias(): string | undefined {
    if (aliases === 'refused') throw fail('parameter aliases do not work inside $expand')
    return aliases.get(advance().text)
  }

  function parsePath(): PathOperand {
    const { position } = peek()
    const names = [advance().text]
    while (take('/')) {
      if (peek().kind !== 'name') throw fail('a property name expected')
      names.push(advance().text)
    }
    if (names.length === 1 && isNext('(')) throw notEmulated(`the filter function '${names[0]}'`)
    return { kind: 'path', names, position }
  }

  function parseCall(): FilterExpression {
    const { text: name, position } = advance()
    if (textFunctions.has(name)) return parseTextFunction(name as TextFunction, position)
    if (!name.startsWith(functionNamespace)) throw notEmulated(`the filter function '${name}'`)
    return {
      kind: 'function',
      name: name.slice(functionNamespace.length),
      arguments: parseArguments(),
      position,
    }
  }

  function parseTextFunction(name: TextFunction, position: number): FilterExpression {
    expect('(')
    const subject = parseOperand()
    expect(',')
    const sought = parseOperand()
    expect(')')
    return { kind: 'text', function: name, subject, sought, position }
  }

  function parseArguments(): FunctionArguments {
    const found = new Map<string, LiteralOperand | readonly LiteralOperand[]>()
    expect('(')
    while (!isNext(')')) {
      if (found.size > 0) expect(',')
      if (peek().kind !== 'name') throw fail('a parameter name expected')
      const name = advance().text
      expect('=')
      found.set(name, parseArgument())
    }
    expect(')')
    return found
  }

  function parseArgument(): LiteralOperand | readonly LiteralOperand[] {
    if (isNext('[')) return parseList()
    const { kind, position } = peek()
    return kind === 'alias' ? parseAliasArgument(takeAlias(), position) : parseValue()
  }

  function parseList(): LiteralOperand[] {
    const values: LiteralOperand[] = []
    expect('[')
    while (!isNext(']')) {
      if (values.length > 0) expect(',')
      values.push(parseValue())
    }
    expect(']')
    return values
  }

  function parseValue(): LiteralOperand {
    const operand = parseOperand()
    if (operand.kind === 'path') throw syntaxError(text, operand.position, 'a value expected')
    return operand
  }

  function parseLambda(path: PathOperand, depth: number): FilterExpression {
    const quantifier = path.names.at(-1)
    const collection = { ...path, names: path.names.slice(0, -1) }
    if (quantifier !== 'any' && quantifier !== 'all') {
      throw notEmulated(`the filter function '${quantifier}'`)
    }
    expect('(')
    if (quantifier === 'any' && take(')')) {
      return { kind: 'lambda', quantifier, path: collection, variable: undefined, body: undefined }
    }
    if (peek().kind !== 'name') throw fail('a variable expected')
    const variable = advance().text
    expect(':')
    const body = parseOr(depth + 1)
    expect(')')
    return { kind: 'lambda', quantifier, path: collection, variable, body }
  }

  return {
    parseOr,
    expectEnd() {
      if (peek().kind !== 'end') throw fail("'and', 'or' or the end expected")
    },
  }
}
