const GSTIN_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** GST number: state code, PAN, entity, Z and a check digit over the first 14 characters. */
export function isGstin(value: string): boolean {
  if (!/^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/.test(value)) return false
  const sum = [...value.slice(0, 14)].reduce((total, character, position) => {
    const product = GSTIN_ALPHABET.indexOf(character) * (position % 2 === 0 ? 1 : 2)
    return total + Math.floor(product / 36) + (product % 36)
  }, 0)
  return value.at(-1) === GSTIN_ALPHABET[(36 - (sum % 36)) % 36]
}
