import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

/**
 * The reference of a document: PDFKit by itself. It sets the texts of the same page at places that
 * it knows beforehand, and does nothing else.
 */
const { default: PDFDocument } = await import('pdfkit')
const require = createRequire(import.meta.url)
const fonts = {
  plain: readFileSync(require.resolve('@expo-google-fonts/hind/400Regular/Hind_400Regular.ttf')),
  bold: readFileSync(require.resolve('@expo-google-fonts/hind/600SemiBold/Hind_600SemiBold.ttf')),
}
const LINES = Number(process.env['LINES'])

const head = [
  ['Invoice number', 'given at issue'],
  ['Invoice date', '21.11.2026'],
  ['Due date', '06.12.2026'],
  ['Place of supply', 'Maharashtra (27)'],
  ['Reverse charge', 'No'],
]
const columns = [
  ['#', 16],
  ['Description', 83],
  ['HSN/SAC', 42],
  ['Quantity', 50],
  ['Price', 54],
  ['Discount', 44],
  ['Taxable', 56],
  ['Rate', 32],
  ['CGST', 48],
  ['SGST', 48],
  ['Total', 58],
] as const
const totals = ['Subtotal', 'Taxable value', 'CGST', 'SGST', 'Total']

function rowOf(at: number): string[] {
  const step = `Step ${at} of the yearly service`
  const amounts = ['100.00', '0.00', '100.00', '18 %', '9.00', '9.00', '118.00']
  return [String(at), step, '998729', '1 NOS', ...amounts]
}

function writeRow(page: PDFKit.PDFDocument, cells: readonly string[], y: number): void {
  let x = 30
  for (const [at, [, width]] of columns.entries()) {
    const align = at === 1 || at === 2 ? 'left' : 'right'
    page.text(cells[at] ?? '', x, y, { width: width - 4, align })
    x += width
  }
  const rule = y + 22
  page.lineWidth(0.5).strokeColor('#bbbbbb').moveTo(30, rule).lineTo(565, rule).stroke()
}

function writePage(page: PDFKit.PDFDocument): void {
  page.registerFont('plain', fonts.plain).registerFont('bold', fonts.bold)
  page.font('bold').fontSize(16).text('TAX INVOICE', 30, 30)
  page.fontSize(10).text('Forecourt Pune', 30, 60)
  page.font('plain').fontSize(8).text('Maharashtra (27)\nGSTIN: 27AAPFU0939F1ZV', 30, 76)
  for (const [at, [label = '', value = '']] of head.entries()) {
    page.font('plain').text(label, 300, 60 + at * 13, { width: 130 })
    page.font('bold').text(value, 430, 60 + at * 13, { width: 130 })
  }
  page.font('plain').text('Billed to', 30, 132)
  page.font('bold').fontSize(10).text('Rahul Patil', 30, 145)
  page.font('plain').fontSize(8).text('Maharashtra (27)', 30, 160)
  const names = columns.map(([name]) => name)
  page.font('bold').fontSize(7.5)
  writeRow(page, names, 180)
  page.font('plain')
  for (let at = 1; at <= LINES; at += 1) writeRow(page, rowOf(at), 180 + at * 24)
  for (const [at, label] of totals.entries()) {
    const y = 200 + (LINES + 1) * 24 + at * 14
    page.fontSize(8.5).text(label, 345, y, { width: 110 })
    page.text('2,000.00', 455, y, { width: 106, align: 'right' })
  }
  page.fontSize(8).text('For Forecourt Pune', 30, 780, { width: 531, align: 'right' })
  page.fontSize(7).text('Page 1 of 1', 30, 800, { width: 531, align: 'right', lineBreak: false })
}

const server = createServer((_, response) => {
  const page = new PDFDocument({ size: 'A4', margin: 30 })
  const chunks: Buffer[] = []
  page.on('data', (chunk: Buffer) => chunks.push(chunk))
  page.on('end', () => response.end(Buffer.concat(chunks)))
  writePage(page)
  page.end()
})
server.listen(Number(process.env['PORT']), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
