import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { forgetVolumes, namesInDocker, openVolumes } from './volumes.ts'

test('volumes keep their names though the folder is moved, and none is shared', async () => {
  const [one, other] = [await dataFolder(), await dataFolder()]
  const name = openVolumes(one).nameOf('redis')
  expect(name).toMatch(/^forecourt-[0-9a-f]{12}-redis$/)
  expect(openVolumes(other).nameOf('redis')).not.toBe(name)
  const moved = `${one}-moved`
  await rename(one, moved)
  onTestFinished(() => rm(moved, { recursive: true }))
  expect(openVolumes(moved).nameOf('redis')).toBe(name)
})

test('a volume is whole once that was said, also for the next start', async () => {
  const dataDir = await dataFolder()
  const volumes = openVolumes(dataDir)
  expect(volumes.isWhole('kafka')).toBe(false)
  volumes.setWhole('kafka')
  expect(openVolumes(dataDir).isWhole('kafka')).toBe(true)
  expect(openVolumes(dataDir).isWhole('postgres')).toBe(false)
})

test('a folder that Docker never saw has nothing there, nor has a forgotten one', async () => {
  const dataDir = await dataFolder()
  expect(namesInDocker(dataDir)).toEqual([])
  openVolumes(dataDir)
  expect(namesInDocker(dataDir)).toHaveLength(3)
  forgetVolumes(dataDir)
  expect(namesInDocker(dataDir)).toEqual([])
})

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-volumes-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
