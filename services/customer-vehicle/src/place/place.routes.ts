import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { Place } from './place.ts'

const name = z.string().trim().min(1, 'Name one, or give its code').max(100)

export const listStates = endpoint('GET /reference/states', {
  about: 'List the states of India.',
  may: 'public',
  returns: z.array(Place),
  async handle({ places }) {
    return [...places.states]
  },
})

export const listDistricts = endpoint('GET /reference/districts', {
  about: 'List the districts of a state, which is given by name or code.',
  may: 'public',
  query: z.object({ state: name }),
  returns: z.array(Place),
  async handle({ places }, { query: { state } }) {
    const districts = places.districtsOf(state)
    if (!districts) throw unknown('state')
    return [...districts]
  },
})

export const listTalukas = endpoint('GET /reference/talukas', {
  about: 'List the talukas of a district; state and district are given by name or code.',
  may: 'public',
  query: z.object({ state: name, district: name }),
  returns: z.array(Place),
  async handle({ places }, { query: { state, district } }) {
    if (!places.findState(state)) throw unknown('state')
    const talukas = places.talukasOf(state, district)
    if (!talukas) throw unknown('district')
    return [...talukas]
  },
})

function unknown(field: string) {
  return problem('query_invalid', { fields: { [field]: [`Choose a ${field} from the list`] } })
}
