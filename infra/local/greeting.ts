import { styleText } from 'node:util'
import { say } from './log-lines.ts'

/** Takes the id out of an answer, where no other program is at hand. */
const ID = String.raw`sed 's/.*"id":"\([^"]*\)".*/\1/'`
const FORM = JSON.stringify({
  customer: {
    fullName: 'Your Name',
    mobileNumber: '90000 12345',
    email: 'you@example.com',
    address: 'Your street',
    city: 'Pune',
    taluka: 'Haveli',
    district: 'Pune',
    state: 'Maharashtra',
    pinCode: '411004',
  },
  vehicles: [
    { vehicleNumber: 'MH12XX1234', brand: 'Toyota', model: 'Innova', photoFileId: "'$PHOTO'" },
  ],
})

/** What a person needs who has just started Forecourt. */
export function greet(port: number, kafkaBrokers: string, seconds: number): void {
  const at = `http://localhost:${port}`
  const strong = (text: string) => styleText('bold', text)
  const lines = [
    '',
    strong(styleText('green', `Forecourt is ready`)) + ` after ${seconds.toFixed(1)} s`,
    '',
    `API              ${at}/api/v1`,
    `Documentation    ${at}/docs`,
    `Events           ${at}/docs/events`,
    `Kafka            ${kafkaBrokers}   (docs/follow-a-visit reads it from outside)`,
    `Inbox            ${at}/dev/inbox   (every SMS, WhatsApp message and e-mail)`,
    '',
    `Sign in as       admin@ manager@ advisor@ technician@ engineer@ inventory@forecourt.test`,
    `                 manager.mum@forecourt.test … of Mumbai`,
    `Password         Forecourt#2026`,
    '',
    'Register a customer with a photo, car.jpg (the README goes on from here):',
    '',
    `  PHOTO=$(curl -s ${at}/api/v1/files -F purpose=vehicle_photo -F file=@car.jpg | ${ID})`,
    `  curl -s ${at}/api/v1/registrations -H 'content-type: application/json' -d '${FORM}'`,
    '',
    'Ctrl-C ends all of it.',
    '',
  ]
  for (const line of lines) say(line)
}
