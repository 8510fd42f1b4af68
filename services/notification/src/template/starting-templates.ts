import type { Texts, Wording } from './template.ts'
import { visitTexts } from './visit-templates.ts'

const CALL = 'If it was not you, please call us at once.'
const KEEP = 'It is valid for {{otp.minutes}} minutes. Do not share it with anyone.'

const occasions: Texts[] = [
  {
    name: 'otp',
    event: 'customer-vehicle.otp.requested.v1',
    category: 'authentication',
    whatsappCategory: 'AUTHENTICATION',
    texts: [
      {
        channel: 'sms',
        body: `Your OTP for {{dealer.name}} is {{otp.code}}. ${KEEP}`,
      },
      {
        channel: 'whatsapp',
        body: `Your OTP for {{dealer.name}} is *{{otp.code}}*. ${KEEP}`,
      },
      {
        channel: 'email',
        subject: 'Your OTP for {{dealer.name}}',
        body: `Your OTP for {{dealer.name}} is **{{otp.code}}**.

${KEEP}`,
      },
    ],
  },
  {
    name: 'password_reset',
    event: 'identity.password-reset.requested.v1',
    category: 'authentication',
    whatsappCategory: 'AUTHENTICATION',
    texts: [
      {
        channel: 'email',
        subject: 'Choose a new password – {{dealer.name}}',
        body: `Somebody has asked for a new password of your account at {{dealer.name}}.

Choose it here within an hour: {{link.url}}

If it was not you, do nothing: your password stays as it is.`,
      },
    ],
  },
  {
    name: 'contact_replaced',
    event: 'identity.contact.replaced.v1',
    category: 'authentication',
    whatsappCategory: 'AUTHENTICATION',
    texts: [
      {
        channel: 'sms',
        body: `The phone or e-mail address of your account at {{dealer.name}} was changed. ${CALL}`,
      },
      {
        channel: 'email',
        subject: 'Your account was changed – {{dealer.name}}',
        body: `A phone number or e-mail address of your account at {{dealer.name}} was changed.

${CALL}`,
      },
    ],
  },
  {
    name: 'registration_confirmation',
    event: 'customer-vehicle.registration.verified.v1',
    category: 'transactional',
    whatsappCategory: 'UTILITY',
    texts: [
      {
        channel: 'sms',
        body: `Dear {{customer.firstName}}, your car {{vehicles}} has been registered successfully.

Your Reference ID: {{customer.referenceId}}

- {{dealer.name}}`,
      },
      {
        channel: 'whatsapp',
        body: `Thank You for Visiting {{dealer.name}}

Your car *{{vehicles}}* has been added successfully.

Ref Code: {{customer.referenceId}}

We'll notify you about offers, services & discounts soon!`,
      },
      {
        channel: 'email',
        subject: 'Registration Confirmation – {{dealer.name}}',
        body: `Hi {{customer.firstName}},

Thank you for registering your vehicle with us. Your reference ID is **{{customer.referenceId}}**.

You'll receive notifications about service reminders, discounts & accessories.`,
      },
    ],
  },
  outreach({
    name: 'thank_you',
    category: 'transactional',
    whatsappCategory: 'UTILITY',
    subject: 'Thank you – {{dealer.name}}',
    words: 'Thank you for visiting us. We look forward to taking care of your vehicle again.',
  }),
  outreach({
    name: 'discount',
    category: 'promotional',
    whatsappCategory: 'MARKETING',
    subject: 'An offer for you – {{dealer.name}}',
    words: 'A discount on your next service is waiting for you. Visit us or call us to book it.',
  }),
]

/** A message that staff sends by hand, in their own words or in ours. */
function outreach({
  subject,
  words,
  ...occasion
}: Omit<Texts, 'event' | 'texts'> & { subject: string; words: string }): Texts {
  const said = `{{outreach.text|${words}}}`
  const signed = `Dear {{customer.firstName}},\n\n${said}\n\n- {{dealer.name}}`
  return {
    ...occasion,
    event: 'customer-vehicle.outreach.requested.v1',
    texts: [
      { channel: 'sms', body: `Dear {{customer.firstName}}, ${said}\n\n- {{dealer.name}}` },
      { channel: 'whatsapp', body: signed },
      { channel: 'email', subject, body: signed },
    ],
  }
}

/** The texts that a new installation starts with. */
export const startingTemplates: Wording[] = [...occasions, ...visitTexts].flatMap(
  ({ texts, ...occasion }) =>
    texts.map(({ channel, body, subject = null }) => ({
      ...occasion,
      channel,
      body,
      subject,
      language: 'en',
      dltTemplateId: null,
      whatsappCategory: channel === 'whatsapp' ? occasion.whatsappCategory : null,
    })),
)
