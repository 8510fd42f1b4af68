import { parseSync, Visitor } from 'oxc-parser'
import type { CallExpression, Expression, Function as FunctionNode } from 'oxc-parser'

/** One place in a file and what stands there, in the words that a violation will show. */
export interface Spot {
  line: number
  what: string
}

export interface Block extends Spot {
  lines: number
}

/** What the rules look at in one TypeScript file. Lines count from 1. */
export interface Source {
  path: string
  text: string
  lines: string[]
  /** Every module it names: import, export from, `import()` and `import('…').Type`. */
  imports: Spot[]
  functions: Block[]
  /** Calls of `endpoint`, `endpoint.list` and `endpoint.raw`; `what` is the signature. */
  endpoints: (Block & { raw: boolean })[]
  /** Uses of what some rooms forbid: `await`, `Date.now()`, `try`, `vi.mock()` … */
  uses: Spot[]
  comments: Spot[]
}

type Callee = CallExpression['callee']
const ambient = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
const clocks = new Set(['Date.now', 'Temporal.Now', 'performance.now', 'Math.random'])
const mocks = new Set(['vi.mock', 'vi.doMock', 'vi.spyOn'])

/** Throws when the text is not TypeScript. */
export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  const [broken] = parsed.errors
  if (broken) throw new Error(`${path} does not parse: ${broken.message}`)
  const lines = text.split('\n')
  const lineAt = lineFinder(text)
  const facts = { imports: [], functions: [], endpoints: [], uses: [] }
  new Visitor(noteTaker({ path, text, lines, lineAt, ...facts })).visit(parsed.program)
  const comments = parsed.comments.map((comment) => ({
    line: lineAt(comment.start),
    what: comment.value,
  }))
  return { path, text, lines, ...facts, comments }
}

type Notes = Pick<
  Source,
  'path' | 'text' | 'lines' | 'imports' | 'functions' | 'endpoints' | 'uses'
> & { lineAt: (offset: number) => number }

function noteTaker(notes: Notes): ConstructorParameters<typeof Visitor>[0] {
  const suites = new Set<number>()
  const named = (source: { value: unknown; start: number } | null) => {
    if (source) notes.imports.push({ line: notes.lineAt(source.start), what: String(source.value) })
  }
  const uses = (node: { start: number }, what: string) => {
    notes.uses.push({ line: notes.lineAt(node.start), what })
  }
  const called = (
    node: FunctionNode | Extract<Expression, { type: 'ArrowFunctionExpression' }>,
  ) => {
    if (node.async) uses(node, 'async')
    if (node.body && !suites.has(node.start)) notes.functions.push(blockOf(notes, node))
  }
  return {
    ImportDeclaration: (node) => named(node.source),
    ExportNamedDeclaration: (node) => named(node.source),
    ExportAllDeclaration: (node) => named(node.source),
    TSImportType: (node) => named(node.source),
    ImportExpression(node) {
      if (node.source.type === 'Literal') named(node.source)
      else uses(node, 'import() of a computed name')
    },
    FunctionDeclaration: called,
    FunctionExpression: called,
    ArrowFunctionExpression: called,
    AwaitExpression: (node) => uses(node, 'await'),
    ForOfStatement: (node) => node.await && uses(node, 'await'),
    TryStatement: (node) => uses(node, 'try'),
    NewExpression(node) {
      const made = nameOf(node.callee)
      if (made === 'Date' && node.arguments.length === 0) uses(node, 'new Date()')
    },
    MemberExpression(node) {
      const name = nameOf(node)
      if (clocks.has(name)) uses(node, `${name}()`)
      if (mocks.has(name)) uses(node, `${name}()`)
      if (nameOf(node.object) === 'process') uses(node, name)
    },
    TaggedTemplateExpression(node) {
      const sql = node.quasi.quasis.map((part) => part.value.raw).join('?')
      if (/\bwhere\b[^]*\bservice_center_id\b/i.test(sql)) uses(node, 'where service_center_id')
    },
    CallExpression(node) {
      const name = nameOf(node.callee)
      if (ambient.has(name)) uses(node, `${name}()`)
      if (isSuite(node.callee)) for (const { start } of node.arguments) suites.add(start)
      if (/^endpoint(\.\w+)?$/.test(name)) notes.endpoints.push(endpointOf(notes, node, name))
      noteAnswer(node, uses)
      noteScope(node, uses)
    },
  }
}

function noteAnswer(node: CallExpression, uses: (node: CallExpression, what: string) => void) {
  const [status] = node.arguments
  const isStatus = status?.type === 'Literal' && typeof status.value === 'number'
  if (isStatus && /\.(code|status)$/.test(nameOf(node.callee))) uses(node, `status ${status.raw}`)
}

function noteScope(node: CallExpression, uses: (node: CallExpression, what: string) => void) {
  const [column] = node.arguments
  const isWhere = node.callee.type === 'MemberExpression' && /\.where\w*$/.test(nameOf(node.callee))
  if (!isWhere || column?.type !== 'Literal' || typeof column.value !== 'string') return
  if (column.value.endsWith('serviceCenterId')) uses(node, `where ${column.value}`)
}

function blockOf(notes: Notes, node: { start: number; end: number }): Block {
  const line = notes.lineAt(node.start)
  const what = (notes.lines[line - 1] ?? '').trim()
  return { line, what, lines: notes.lineAt(node.end) - line + 1 }
}

function endpointOf(notes: Notes, node: CallExpression, name: string) {
  const [signature] = node.arguments
  const block = blockOf(notes, node)
  const literal = signature?.type === 'Literal' ? signature.value : undefined
  const what = typeof literal === 'string' ? literal : block.what
  return { ...block, what, raw: name === 'endpoint.raw' }
}

/** `a.b.c` of nested names; what is computed or called in between shows as `()`. */
function nameOf(node: Callee): string {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
    return `${nameOf(node.object)}.${node.property.name}`
  }
  return '()'
}

/** `describe(…)`, `describe.each(…)(…)`: a suite is as long as its tests, so it has no budget. */
function isSuite(callee: Callee): boolean {
  if (callee.type === 'CallExpression') return isSuite(callee.callee)
  return /^describe\b/.test(nameOf(callee))
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}
