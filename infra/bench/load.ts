import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { findProgram } from '@forecourt/engines/programs'

const run = promisify(execFile)
const AUTOCANNON = new URL('autocannon.ts', import.meta.url).pathname
export const CONNECTIONS = 16
export const SECONDS = 2

/** One request, sent again and again; `{n}` in header values and body is another text each time. */
export interface Request {
  url: string
  method?: 'GET' | 'POST' | 'PUT'
  headers?: Record<string, string>
  body?: string
  /** Instead of the one path of the url: of these, each request has its own. */
  paths?: string[]
}

/** What a generator of load has counted. */
export interface Counted {
  requests: number
  seconds: number
  /** Answers other than 2xx, and connections that broke. */
  failed: number
}

/**
 * Requests per second that are answered with 2xx over 16 connections, from a process of its own:
 * wrk where it is on PATH, else autocannon. Throws when any request fails.
 */
export async function load(request: Request, folder: string): Promise<number> {
  const wrk = await findProgram('wrk', process.env)
  const { requests, seconds, failed } = wrk
    ? await byWrk(wrk, request, folder)
    : await byAutocannon(request, folder)
  if (failed > 0 || requests === 0) {
    throw new Error(`${request.url}: ${failed} of ${requests} requests failed.`)
  }
  return requests / seconds
}

async function byWrk(wrk: string, request: Request, folder: string): Promise<Counted> {
  const script = `${folder}/load.lua`
  await writeFile(script, luaOf(request))
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-s', script, request.url]
  const { stdout } = await run(wrk, args)
  const [, counted = ''] = /^COUNTED (.*)$/m.exec(stdout) ?? []
  return JSON.parse(counted) as Counted
}

function luaOf({ method = 'GET', headers = {}, body, paths = [] }: Request): string {
  const texts = [...Object.values(headers), body ?? '']
  const isFixed = paths.length === 0 && texts.every((text) => !text.includes('{n}'))
  const fields = Object.entries(headers).map(
    ([name, value]) => `[${quoted(name)}]=${quoted(value)}`,
  )
  return `
local run, n = ${quoted(randomBytes(8).toString('hex'))}, 0
local headers, body = { ${fields.join(', ')} }, ${body === undefined ? 'nil' : quoted(body)}
local paths = { ${paths.map(quoted).join(', ')} }
wrk.method, wrk.headers, wrk.body = ${quoted(method)}, headers, body
local function fresh(text) return (tostring(text):gsub('{n}', run .. n)) end
${isFixed ? '' : requestScript}
function done(summary)
  local e = summary.errors
  print(string.format('COUNTED {"requests":%d,"seconds":%f,"failed":%d}', summary.requests,
    summary.duration / 1e6, e.status + e.connect + e.read + e.write + e.timeout))
end`
}

const requestScript = `
function request()
  n = n + 1
  local own = {}
  for name, value in pairs(headers) do own[name] = fresh(value) end
  return wrk.format(nil, paths[n], own, body and fresh(body))
end`

/** JSON's escapes of printable text mean the same to Lua, but for the slash, which JSON leaves. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

async function byAutocannon(request: Request, folder: string): Promise<Counted> {
  const file = `${folder}/load.json`
  await writeFile(file, JSON.stringify(request))
  const { stdout } = await run(process.execPath, [AUTOCANNON, file])
  return JSON.parse(stdout) as Counted
}
