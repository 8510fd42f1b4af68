/**
 * Values of these fields are in no audit line and no log. Names are judged without `_` and case.
 */
const SECRET = new RegExp(
  `^(${[
    '.*(password|secret|token|tokens|otp|hash|authorization|cookie|apikey|privatekey)',
    '(otp|mfa|totp|verification|recovery)?codes?',
    'otpfortesting',
    // The address that an authenticator app reads holds its secret.
    'otpauthuri',
    '(phone|email)index',
    // Whoever holds a signed link needs no token.
    'photourl',
  ].join('|')})$`,
)

/** Values of these fields tell who somebody is. */
const PERSONAL = new RegExp(
  `^(${[
    'name|to|text|username|canonical|street|streetline|contact|gender',
    '(first|last|full|owner|customer|contact|holder)name',
    // What of a person is kept together, and what fills in the texts to them.
    'form|suggestion|variables|customerdetails',
    '.*(phone|phonenumber|mobile|mobilenumber|alternativenumber|email|emailaddress)',
    '.*(address|destination|recipient|plate|platekeys?|vehiclenumber)',
    'vin|(engine|chassis)number',
  ].join('|')})$`,
)

/**
 * Values of these fields are a person's own words, which may name anybody; or a day of birth, of
 * which no character may stay.
 */
const WORDS = new RegExp(
  `^(${[
    '.*(notes?|description|reason|comments?|remarks?|findings|observations|conditions?)',
    '.*issues?(reported)?',
    'dob|dateofbirth|birth(day|date)',
  ].join('|')})$`,
)

/** A version, a dot, and ciphertext in base64url: what `seal` makes. */
const SEALED = /^[\w-]+\.[\w-]{38,}$/

// Every line that is logged asks for each of its names; there are few, and they come again.
const MOST_NAMES = 5_000
const secretNames = new Map<string, boolean>()
const personalNames = new Map<string, boolean>()
const wordsNames = new Map<string, boolean>()

export function isSecret(name: string): boolean {
  return secretNames.get(name) ?? judge(name, SECRET, secretNames)
}

export function isPersonal(name: string): boolean {
  return personalNames.get(name) ?? judge(name, PERSONAL, personalNames)
}

export function isWords(name: string): boolean {
  return wordsNames.get(name) ?? judge(name, WORDS, wordsNames)
}

/** Whether a text is ciphertext: whoever has the keys reads it, wherever it was put. */
export function isSealed(text: string): boolean {
  return SEALED.test(text)
}

function judge(name: string, words: RegExp, judged: Map<string, boolean>): boolean {
  const verdict = words.test(name.replaceAll(/[_-]/g, '').toLowerCase())
  if (judged.size < MOST_NAMES) judged.set(name, verdict)
  return verdict
}

/** The last four characters stay: enough to recognise, too little to use. `+91******3210`. */
export function star(text: string): string {
  if (/^\+\d{9,}$/.test(text)) return `${text.slice(0, 3)}******${text.slice(-4)}`
  return `${'*'.repeat(Math.max(4, text.length - 4))}${text.length > 8 ? text.slice(-4) : ''}`
}

/** Free text by its length alone; one small word is a code that a program chose. */
export function lengthOf(text: string): string {
  return /^[a-z]+(_[a-z]+)*$/.test(text) ? text : `[${text.length} characters]`
}

/** Free text without the addresses, numbers, codes and tokens that it may quote. */
export function scrub(text: string): string {
  return text
    .replaceAll(/[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}\b/gi, '[e-mail]')
    .replaceAll(/\beyJ[\w-]+\.[\w.-]+/g, '[token]')
    .replaceAll(/(?<![\w.:-])\+?\d[\d ]{4,}\d(?![\w:-])/g, '[number]')
}
