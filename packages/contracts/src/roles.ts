import { allPermissions, type Permission } from './permissions.ts'

/** Technicians and engineers differ by their title alone. */
const repairing: Permission[] = [
  'service_center.read',
  'customer.read',
  'component.update',
  'item.read',
  'service_request.read',
  'job_card.read',
  'job_card.update',
  'job_card.work',
  'engineer.read',
  'parts_request.read',
  'invoice.read',
  'invoice.create',
  'invoice.issue',
  'payment.create',
  'dashboard.read',
]

/** Everything in the own centers. */
const managing: Permission[] = [
  'service_center.read',
  'user.read',
  'user.create',
  'user.update',
  'user.activate',
  'role.read',
  'registration.create',
  'customer.read',
  'customer.update',
  'customer.notify',
  'message.read',
  'customer.lookup',
  'customer.link',
  'customer.erase',
  'customer.export',
  'vehicle.create',
  'vehicle.update',
  'component.update',
  'item.read',
  'stock.adjust',
  'service_request.read',
  'service_request.create',
  'service_request.update',
  'service_request.cancel',
  'service_request.approve',
  'job_card.read',
  'job_card.create',
  'job_card.update',
  'job_card.assign',
  'job_card.work',
  'job_card.deliver',
  'engineer.read',
  'parts_request.read',
  'parts_request.release',
  'approval.decide',
  'invoice.read',
  'invoice.create',
  'invoice.issue',
  'invoice.cancel',
  'payment.create',
  'dashboard.read',
  'audit.read',
]

/** What reaches customers of other centers; anybody may open a garage by a form. */
const ofTheGroup = new Set<Permission>(['customer.lookup', 'customer.link', 'customer.erase'])

/** The roles that a new installation starts with; administrators may edit them afterwards. */
export const startingRoles: Record<Role, Permission[]> = {
  admin: allPermissions,
  service_center: managing,
  advisor: [
    'service_center.read',
    'registration.create',
    'customer.read',
    'customer.update',
    'customer.notify',
    'message.read',
    'customer.lookup',
    'customer.link',
    'vehicle.create',
    'vehicle.update',
    'component.update',
    'item.read',
    'service_request.read',
    'service_request.create',
    'service_request.update',
    'service_request.cancel',
    'job_card.read',
    'job_card.create',
    'job_card.update',
    'job_card.deliver',
    'engineer.read',
    'parts_request.read',
    'approval.decide',
    'invoice.read',
    'dashboard.read',
  ],
  technician: repairing,
  engineer: repairing,
  inventory_manager: [
    'service_center.read',
    'item.read',
    'item.create',
    'item.update',
    'stock.adjust',
    'central_stock.adjust',
  ],
  garage_owner: managing.filter((permission) => !ofTheGroup.has(permission)),
  // The scope narrows each of these to the customer's own rows; what staff alone may ask is none.
  mobile_user: [
    'customer.read',
    'customer.update',
    'customer.export',
    'service_request.read',
    'service_request.create',
    'service_request.cancel',
    'job_card.read',
    'invoice.read',
  ],
}

export const roles = [
  'admin',
  'service_center',
  'advisor',
  'technician',
  'engineer',
  'inventory_manager',
  'garage_owner',
  'mobile_user',
] as const

export type Role = (typeof roles)[number]

/** Roles whose reach is every center. All others see the centers that their token names. */
export const rolesOfAllCenters: readonly string[] = ['admin']

/** Roles of people who are customers: they see what belongs to their own account. */
export const customerRoles: readonly string[] = ['mobile_user']

/** Roles of people who do not work for the dealer group: they register by themselves. */
const rolesOfOutsiders = new Set([...customerRoles, 'garage_owner'])

export function isRoleOfStaff(role: string): boolean {
  return !rolesOfOutsiders.has(role)
}
