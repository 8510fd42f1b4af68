import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

type Ids = { uid: number; gid: number }

/**
 * Who Postgres runs as. It refuses to be root; anybody else just runs it, with neither of these.
 */
export type PostgresUser = {
  /** Whose its files must be. */
  owner?: Ids
  /** Whom the spawned process becomes. */
  ids?: Ids
  /** Stands before the program on the command line. */
  prefix: string[]
}

const NAME = 'postgres'

/** Finds (root: creates) the user that Postgres runs as and that must be able to reach `paths`. */
export async function findPostgresUser(paths: string[]): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const owner = (await lookUp()) ?? (await create())
  const closed = paths.map(closedParent).find((path) => path !== null)
  if (closed === undefined) return { owner, ids: owner, prefix: [] }
  return { owner, prefix: await crossingPrefix(owner, closed) }
}

async function lookUp(): Promise<Ids | null> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map((flag) =>
      run('id', [flag, NAME]).then(
        ({ stdout }) => Number(stdout),
        () => Number.NaN,
      ),
    ),
  )
  return Number.isInteger(uid) && Number.isInteger(gid)
    ? { uid: uid as number, gid: gid as number }
    : null
}

async function create(): Promise<Ids> {
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', NAME]
  await run('useradd', args).catch((cause: unknown) => {
    const cure = `create a user named ${NAME}, or run this as an ordinary user.`
    throw new Error(`PostgreSQL does not run as root: ${cure}`, { cause })
  })
  const ids = await lookUp()
  if (!ids) throw new Error(`The user ${NAME} was created but is not found.`)
  return ids
}

/** The first folder on the way to `path` that only its owner may enter. */
function closedParent(path: string): string | null {
  const OTHERS_MAY_ENTER = 0o001
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & OTHERS_MAY_ENTER) === 0) return folder
    if (folder === dirname(folder)) return null
  }
}

// A checkout in root's own home lies behind a folder that no other user may enter. The server then
// keeps the one ability of root that it needs to get there, instead of us opening a home to all.
async function crossingPrefix({ uid, gid }: Ids, closed: string): Promise<string[]> {
  const prefix = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--',
  ]
  const [program = '', ...args] = prefix
  await run(program, [...args, 'true']).catch((cause: unknown) => {
    const cure = `allow it (chmod o+x ${closed}), or move the project.`
    throw new Error(`PostgreSQL runs as user ${NAME}, who may not enter ${closed}: ${cure}`, {
      cause,
    })
  })
  return prefix
}
