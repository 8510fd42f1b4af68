import type { Role } from '@forecourt/contracts/roles'

/** Someone who asks. Their ids are the same in every test. */
export interface Person {
  userId: string
  sessionId: string
  role: Role
  centers: string[]
}

export const pune = '0192f000-0000-7000-8000-000000000001'
export const mumbai = '0192f000-0000-7000-8000-000000000002'
export const headOffice = '0192f000-0000-7000-8000-00000000000f'

function person(number: number, role: Role, centers: string[]): Person {
  const tail = String(number).padStart(12, '0')
  return {
    userId: `0192f000-0000-7000-9000-${tail}`,
    sessionId: `0192f000-0000-7000-a000-${tail}`,
    role,
    centers,
  }
}

/** Kiran runs the dealer group. */
export const kiran = person(1, 'admin', [])
/** Priya manages Pune, Asha advises there, Ravi and Dev repair there, Isha keeps its stock. */
export const priya = person(2, 'service_center', [pune])
export const asha = person(3, 'advisor', [pune])
export const ravi = person(4, 'technician', [pune])
export const dev = person(5, 'engineer', [pune])
export const isha = person(6, 'inventory_manager', [pune])
/** Meera manages Mumbai and advises nobody in Pune. */
export const meera = person(7, 'service_center', [mumbai])
export const mohan = person(8, 'advisor', [mumbai])
/** Gita is a customer, Omar owns a garage. */
export const gita = person(9, 'mobile_user', [])
const omar = person(10, 'garage_owner', [])

/** Farah is another customer. */
export const farah = person(12, 'mobile_user', [])
/** Nikhil repairs in Mumbai. */
export const nikhil = person(11, 'engineer', [mumbai])

export const everybody = [kiran, priya, asha, ravi, dev, isha, meera, mohan, gita, omar]
