import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineName } from './engine.ts'

/** The volumes in Docker that belong to a data folder. */
export type Volumes = {
  nameOf(engine: EngineName): string
  /** Whether the engine has answered on its volume: one that was cut short is begun again. */
  isWhole(engine: EngineName): boolean
  setWhole(engine: EngineName): void
}

type Note = { id: string; whole: EngineName[] }

const names: EngineName[] = ['postgres', 'kafka', 'redis']

/**
 * The volumes of a data folder, by a note in it that is made when missing. Their names come from
 * the note and not from the folder's path: the folder may be moved, and when it was deleted by hand
 * nobody meets data to which there is no password any more.
 */
export function openVolumes(dataDir: string): Volumes {
  const file = noteOf(dataDir)
  const note: Note = readNote(file) ?? { id: randomBytes(6).toString('hex'), whole: [] }
  writeNote(file, note)
  return {
    nameOf: (engine) => nameOf(note, engine),
    isWhole: (engine) => note.whole.includes(engine),
    setWhole(engine) {
      if (note.whole.includes(engine)) return
      note.whole.push(engine)
      writeNote(file, note)
    },
  }
}

/** The names of the volumes, and containers, that a data folder has in Docker; often none. */
export function namesInDocker(dataDir: string): string[] {
  const note = readNote(noteOf(dataDir))
  return note ? names.map((engine) => nameOf(note, engine)) : []
}

export function forgetVolumes(dataDir: string): void {
  rmSync(noteOf(dataDir), { force: true })
}

function nameOf({ id }: Note, engine: EngineName): string {
  return `forecourt-${id}-${engine}`
}

function noteOf(dataDir: string): string {
  return join(dataDir, 'docker.json')
}

function readNote(file: string): Note | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Note) : null
}

function writeNote(file: string, note: Note): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(note)}\n`)
  renameSync(`${file}.new`, file)
}
