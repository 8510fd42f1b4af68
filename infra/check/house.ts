import { glob, readFile } from 'node:fs/promises'
import { readSource, type Source } from './source.ts'

/** Everything that the rules look at, by path from the root with forward slashes. */
export interface House {
  sources: Source[]
  /** Scripts, settings and SQL: rules about plain text look at them too. */
  texts: Map<string, string>
}

const sourceFiles = '{*.ts,{packages,services,gateway,infra,e2e}/**/*.ts}'
const textFiles = [
  '{*.json,*.yml,*.yaml}',
  '{packages,services,gateway,infra,e2e,k8s}/**/*.{json,sql,sh,yml,yaml}',
  '.ci/*',
  '.githooks/*',
]
const notOurs = ['**/node_modules/**', 'pnpm-lock.yaml']

export async function readHouse(root: string): Promise<House> {
  const read = async (pattern: string | string[]) => {
    const paths = await Array.fromAsync(glob(pattern, { cwd: root, exclude: notOurs }))
    const slashed = paths.map((path) => path.replaceAll('\\', '/')).toSorted()
    return Promise.all(
      slashed.map(async (path) => [path, await readFile(`${root}/${path}`, 'utf8')] as const),
    )
  }
  return houseOf(Object.fromEntries([...(await read(sourceFiles)), ...(await read(textFiles))]))
}

/** A house from texts by path. */
export function houseOf(files: Record<string, string>): House {
  const entries = Object.entries(files)
  const isSource = (path: string) => path.endsWith('.ts')
  return {
    sources: entries
      .filter(([path]) => isSource(path))
      .map(([path, text]) => readSource(path, text)),
    texts: new Map(entries.filter(([path]) => !isSource(path))),
  }
}
