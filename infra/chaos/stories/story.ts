import type { Client } from '../client.ts'

/** What one client does from the beginning to the end, as a person would. */
export interface Story {
  name: string
  /** How often it is told, beside the others. */
  weight: number
  tell(client: Client, town: Town): Promise<void>
}

/** Somebody who has registered, as other clients may know them. */
export interface Resident {
  customerId: string
  vehicleIds: string[]
  phone: string
  email: string
  /** Whether staff of Pune, or else of Mumbai, serves them. */
  isOfPune: boolean
  /** When the phone may be sent another code, in ms since the epoch. */
  mayReturnAt: number
}

/** What clients of one campaign share. */
export interface Town {
  photo: Uint8Array
  residents: Resident[]
  /** Parts that lie at both centers, for everybody to fight for. */
  parts: string[]
}
