import type { Role } from '@forecourt/contracts/roles'

/** What the roles of a new installation are for. */
export const roleDescriptions: Record<Role, string> = {
  admin: 'Runs the dealer group: everything, in every center.',
  service_center: 'Manages service centers: everything in the own ones.',
  advisor: 'Receives customers, opens and delivers job cards.',
  technician: 'Repairs: works on the own job cards.',
  engineer: 'Inspects and repairs: works on the own job cards.',
  inventory_manager: 'Keeps the stock.',
  garage_owner: 'Owns a garage, and manages it alone.',
  mobile_user: 'A customer with an account.',
}

/** Takes the customers whose place no center serves. Administrators rename and move it. */
export const headOffice = {
  code: 'HO',
  name: 'Forecourt Head Office',
  city: 'Pune',
  district: 'Pune',
  state: 'Maharashtra',
  pinPrefixes: [],
}

export const developmentCenters = [
  {
    code: 'PUN',
    name: 'Forecourt Pune',
    street: '14 Karve Road',
    city: 'Pune',
    district: 'Pune',
    state: 'Maharashtra',
    pinCode: '411004',
    phone: '+912000000001',
    email: 'pune@forecourt.test',
    gstin: '27AAFCF1234K1ZP',
    pinPrefixes: ['410', '411', '412', '413', '414'],
  },
  {
    code: 'MUM',
    name: 'Forecourt Mumbai',
    street: '7 Lamington Road',
    city: 'Mumbai',
    district: 'Mumbai City',
    state: 'Maharashtra',
    pinCode: '400007',
    phone: '+912200000001',
    email: 'mumbai@forecourt.test',
    gstin: '27AAFCF1234K2ZO',
    pinPrefixes: ['400', '401'],
  },
]

/** Everybody's password in development. */
export const DEVELOPMENT_PASSWORD = 'Forecourt#2026'

interface DevelopmentPerson {
  email: string
  phone: string
  fullName: string
  role: Role
  /** Code of the center; administrators have none. */
  center?: string
}

function person(
  [name, phone, fullName]: [string, string, string],
  role: Role,
  center?: string,
): DevelopmentPerson {
  const email = `${name}@forecourt.test`
  return { email, phone, fullName, role, ...(center !== undefined && { center }) }
}

export const developmentPeople = [
  person(['admin', '+919000000001', 'Kiran Shah'], 'admin'),
  person(['manager', '+919000000002', 'Priya Kulkarni'], 'service_center', 'PUN'),
  person(['advisor', '+919000000003', 'Asha Joshi'], 'advisor', 'PUN'),
  person(['technician', '+919000000004', 'Ravi Pawar'], 'technician', 'PUN'),
  person(['engineer', '+919000000005', 'Dev Patil'], 'engineer', 'PUN'),
  person(['inventory', '+919000000006', 'Isha Deshpande'], 'inventory_manager', 'PUN'),
  person(['manager.mum', '+919000000012', 'Meera Nair'], 'service_center', 'MUM'),
  person(['advisor.mum', '+919000000013', 'Mohan Rao'], 'advisor', 'MUM'),
  person(['technician.mum', '+919000000014', 'Tara Fernandes'], 'technician', 'MUM'),
  person(['engineer.mum', '+919000000015', 'Nikhil Sawant'], 'engineer', 'MUM'),
  person(['inventory.mum', '+919000000016', 'Farah Khan'], 'inventory_manager', 'MUM'),
]
