import type { SecurityRule } from './rule.ts'

const user = 'services/identity/src/user'
const garage = 'services/identity/src/garage'
const customer = 'services/customer-vehicle/src/customer'

/** E-mail addresses and phones: what was proved of them, and what was only typed. */
export const contactRules: SecurityRule[] = [
  {
    says: 'What a garage types of somebody proves nothing, and gives no reach over who proves it.',
    guards: [
      {
        file: `${user}/staff-registration.queries.ts`,
        from: 'const isVouched = !(await isOfGarage(context))\n',
        to: 'const isVouched = true\n',
        test: `${garage}/garage-staff.db.test.ts`,
        title: 'proves nothing, and keeps nobody from the own phone',
      },
      {
        file: `${user}/account.queries.ts`,
        from: 'renewed.length > 0 && (await isOfGarage(context)) ? null',
        to: 'renewed.length > 1_000 ? null',
        test: `${garage}/garage-staff.db.test.ts`,
        title: 'another e-mail address that a garage types',
      },
      {
        file: `${garage}/garage.queries.ts`,
        from: '  await suspendStaff(context, garage.serviceCenterId)\n',
        to: '',
        test: `${garage}/garage-staff.db.test.ts`,
        title: 'whoever a rejected owner had hired is out as well',
      },
      {
        file: `${customer}/proved.queries.ts`,
        from: '  if (!isNew) await leaveGarages(context, row.id, proof.serviceCenterId)\n',
        to: '',
        test: `${customer}/garage-reach.db.test.ts`,
        title: 'reaches nothing of whoever proves them',
      },
      {
        file: `${customer}/outreach.queries.ts`,
        from: "    if (!verifiedAt) throw problem('customer_unproved')\n",
        to: '',
        test: `${customer}/garage-reach.db.test.ts`,
        title: 'a garage writes to nobody who proved nothing',
      },
      {
        file: 'services/customer-vehicle/src/file/file.routes.ts',
        from: 'roles.every(isRoleOfStaff) ? 300 : 30',
        to: '300',
        test: `${customer}/garage-reach.db.test.ts`,
        title: 'uploads hardly more in an hour than strangers do',
      },
    ],
  },
  {
    says: 'How an account is reached does not change behind its owner’s back.',
    guards: [
      {
        file: `${user}/contact-change.queries.ts`,
        from: '  if (known[kind] !== contact) tellContacts(context, before)\n',
        to: '',
        test: `${user}/contact-change.db.test.ts`,
        title: 'is told of each contact that is added, replaced or removed',
      },
      {
        file: `${user}/profile.routes.ts`,
        from: "  return proveOwner(context, ['currentPassword', body.currentPassword])\n",
        to: '  return undefined\n',
        test: `${user}/contact-change.db.test.ts`,
        title: 'removes no e-mail address by it alone',
      },
    ],
  },
  {
    says: 'A contact that was only typed resets no password, and costs whoever probes for it.',
    guards: [
      {
        file: `${user}/reset.queries.ts`,
        from: "    .where(column.provedAt, 'is not', null)\n",
        to: '',
        test: `${user}/unproved-contact.db.test.ts`,
        title: 'what was sent to a contact opens nothing once it counts as unproved',
      },
      {
        file: `${user}/contact.queries.ts`,
        from: 'return isKnown ? [] : [{',
        to: 'return isKnown || count > 0 ? [] : [{',
        test: `${user}/contact-change.db.test.ts`,
        title: 'who has an account is asked five times',
      },
    ],
  },
]
