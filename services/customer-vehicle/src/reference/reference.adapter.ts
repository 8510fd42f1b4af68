import { readFile } from 'node:fs/promises'
import { readComponents, type StartingComponent } from '../component/component.ts'
import { buildPlaces, readPlaceRows, type Places } from '../place/place.ts'

/** Reads the lists of places that ship with the service. */
export async function openPlaces(): Promise<Places> {
  const [states, districts, talukas] = await Promise.all([
    readReference('states.csv'),
    readReference('districts.csv'),
    readReference('talukas.csv'),
  ])
  return buildPlaces(readPlaceRows({ states, districts, talukas }))
}

/** Reads the components that every vehicle has to begin with. */
export async function openComponents(): Promise<StartingComponent[]> {
  return readComponents(await readReference('vehicle-components.csv'))
}

function readReference(name: string): Promise<string> {
  return readFile(new URL(`../../reference/${name}`, import.meta.url), 'utf8')
}
