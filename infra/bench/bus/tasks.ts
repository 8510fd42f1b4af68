import { createServer, type IncomingMessage } from 'node:http'

type Task = (input: never) => Promise<unknown>

/**
 * What a measured program is told to do: `POST /<task>` answers with what the task returns. The
 * program says by `GET /readyz` that it listens.
 */
export function answerTasks(tasks: Record<string, Task>): void {
  async function answer(request: IncomingMessage): Promise<string> {
    const task = tasks[request.url?.slice(1) ?? '']
    if (!task) return '{}'
    let text = ''
    for await (const chunk of request) text += String(chunk)
    return JSON.stringify(await task(JSON.parse(text) as never))
  }
  const server = createServer((request, response) => {
    answer(request).then(
      (text) => response.end(text),
      (error: Error) => {
        process.stderr.write(`${error.stack}\n`)
        response.writeHead(500).end(String(error))
      },
    )
  })
  server.listen(Number(process.env['PORT']), '127.0.0.1')
  process.once('SIGTERM', () => process.exit(0))
}

/** Lets a program do one task; answers what it returned. */
export async function ask<Result>(url: string, task: string, input: object = {}): Promise<Result> {
  const answer = await fetch(`${url}/${task}`, { method: 'POST', body: JSON.stringify(input) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${task} failed: ${text}`)
  return JSON.parse(text) as Result
}

/** A clock that all processes of this machine share, in ms. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Runs `work` so often a second, at steady times, whether the earlier ones have ended or not. */
export async function steadily(
  { count, perS }: { count: number; perS: number },
  work: (at: number) => Promise<void>,
): Promise<void> {
  const begun = performance.now()
  const running: Promise<void>[] = []
  for (let at = 0; at < count; at += 1) {
    const wait = begun + (at * 1_000) / perS - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    running.push(work(at))
  }
  await Promise.all(running)
}
