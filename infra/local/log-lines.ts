import { styleText } from 'node:util'

const COLORS = [
  'cyan',
  'magenta',
  'yellow',
  'green',
  'blue',
  'cyanBright',
  'magentaBright',
] as const
const WIDTH = 16
const LEVEL_COLORS: Record<string, 'gray' | 'white' | 'yellow' | 'red'> = {
  debug: 'gray',
  info: 'white',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
}

/** A printer of one program's lines, with its name before each, in a color of its own. */
export function linePrinter(name: string, position: number): (line: string) => void {
  const color = COLORS[position % COLORS.length] ?? 'white'
  const prefix = styleText(color, `${name.padEnd(WIDTH)} │ `)
  return (line) => {
    for (const text of readable(line).split('\n')) process.stdout.write(`${prefix}${text}\n`)
  }
}

/** Prints what the local stack itself has to say. */
export function say(text: string): void {
  process.stdout.write(`${styleText('bold', `${'forecourt'.padEnd(WIDTH)} │ `)}${text}\n`)
}

/** A JSON log line as a person reads it; any other line as it is. */
export function readable(line: string): string {
  if (!line.startsWith('{')) return line
  try {
    const { level, time, msg, service: _, error, err, ...rest } = JSON.parse(line) as LogLine
    const clock = styleText('gray', (time ?? '').slice(11, 23))
    const text = styleText(LEVEL_COLORS[level ?? 'info'] ?? 'white', msg ?? '')
    const details = Object.keys(rest).length > 0 ? styleText('gray', JSON.stringify(rest)) : ''
    const failure = (error ?? err) as Failure | undefined
    return `${clock} ${text} ${details}${failure ? traceOf(level, failure) : ''}`
  } catch {
    return line
  }
}

interface Failure {
  stack?: string
  message?: string
  cause?: Failure
}

/** A warning passes, and comes by the hundred while an engine is away: its sentence suffices. */
function traceOf(level: string | undefined, { stack, message, cause }: Failure): string {
  if (level !== 'warn') return `\n${stack ?? message}`
  const sentences = [message, cause?.message].filter((sentence) => sentence !== undefined)
  return ` ${sentences.join(' ← ')}`
}

interface LogLine {
  level?: string
  time?: string
  msg?: string
  service?: string
  [field: string]: unknown
}
