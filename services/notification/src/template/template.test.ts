import { expect, test } from 'vitest'
import { channels } from '../message/provider.ts'
import { startingTemplates } from './starting-templates.ts'
import { checkWording, fill, render, type Wording } from './template.ts'

const email: Wording = {
  name: 'thank_you',
  event: 'customer-vehicle.outreach.requested.v1',
  channel: 'email',
  language: 'en',
  category: 'transactional',
  subject: 'Hello {{customer.firstName}}',
  body: 'Dear **{{customer.firstName}}**,\n\n{{outreach.text|Thank you}}',
  dltTemplateId: null,
  whatsappCategory: null,
}

test.each(startingTemplates)('$name by $channel asks only for what is known', (template) => {
  expect(() => checkWording(template)).not.toThrow()
})

test('there is a text for each occasion and channel, and never two', () => {
  const keys = startingTemplates.map(({ name, channel }) => `${name} ${channel}`)
  expect(new Set(keys).size).toBe(keys.length)
  for (const name of ['otp', 'registration_confirmation', 'thank_you', 'discount']) {
    for (const channel of channels) expect(keys).toContain(`${name} ${channel}`)
  }
})

test('asterisks that make text bold are in WhatsApp messages only', () => {
  const sms = startingTemplates.filter(({ channel }) => channel === 'sms')
  expect(sms.filter(({ body }) => body.includes('*'))).toEqual([])
})

test.each([
  ['an unknown variable', { body: 'Dear {{customer.lastName}}' }],
  ['a variable of another occasion', { body: 'Code {{otp.code}}' }],
  ['an unknown variable in the subject', { subject: '{{vehicles}}' }],
  ['an open brace', { body: 'Dear {{customer.firstName}' }],
  ['an unknown occasion', { name: 'birthday' }],
])('a text with %s is not accepted', (_, fault) => {
  expect(() => checkWording({ ...email, ...fault })).toThrow(/not known|brace|occasion/)
})

test('a text is never sent with a hole in it', () => {
  expect(() => fill('Dear {{customer.firstName}}', {})).toThrow('customer.firstName')
})

test('what a value says is not filled again', () => {
  expect(fill('{{outreach.text}}', { 'outreach.text': '{{otp.code}}' })).toBe('{{otp.code}}')
})

test('an e-mail shows bold words and line breaks as html, and neither sign in plain text', () => {
  const { subject, text, html } = render(email, {
    'customer.firstName': 'Meera & **co**',
    'outreach.text': 'One\nTwo',
  })
  expect(subject).toBe('Hello Meera & **co**')
  expect(text).toBe('Dear Meera & **co**,\n\nOne\nTwo')
  expect(html).toContain('<p>Dear <b>Meera &amp; **co**</b>,</p><p>One<br>Two</p>')
})
