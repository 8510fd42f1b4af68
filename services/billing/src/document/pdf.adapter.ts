import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Column, PrintedInvoice } from './printed-invoice.ts'

const MARGIN = 30
const WIDTH = 595.28 - 2 * MARGIN
const BOTTOM = 841.89 - MARGIN - 20
const GAP = 4

type Document = PDFKit.PDFDocument

/** Letters of both scripts and ₹ in one file each. */
const require = createRequire(import.meta.url)
const fontFiles = {
  plain: require.resolve('@expo-google-fonts/hind/400Regular/Hind_400Regular.ttf'),
  bold: require.resolve('@expo-google-fonts/hind/600SemiBold/Hind_600SemiBold.ttf'),
}
let fonts: Promise<Record<keyof typeof fontFiles, Buffer>> | undefined

/** Sets an invoice on A4 pages. The library is loaded when the first one is. */
export async function renderInvoice(printed: PrintedInvoice): Promise<Buffer> {
  const { default: PDFDocument } = await import('pdfkit')
  fonts ??= readFonts()
  const { plain, bold } = await fonts
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    // Its own font is never used, and would be read for each document.
    font: '',
    info: { Title: printed.title, Producer: 'Forecourt', Creator: 'Forecourt' },
  })
  const chunks: Buffer[] = []
  document.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((done, fail) => document.on('end', done).on('error', fail))
  document.registerFont('plain', plain).registerFont('bold', bold)
  writeHead(document, printed)
  writeTable(document, printed)
  writeFoot(document, printed)
  finishPages(document, printed.mark)
  document.end()
  await ended
  return Buffer.concat(chunks)
}

async function readFonts() {
  const [plain, bold] = await Promise.all([readFile(fontFiles.plain), readFile(fontFiles.bold)])
  return { plain, bold }
}

function writeHead(document: Document, { title, supplier, buyer, particulars }: PrintedInvoice) {
  document.font('bold').fontSize(16).text(title, MARGIN, MARGIN)
  const top = document.y + 6
  const [name = '', ...place] = supplier
  document.fontSize(10).text(name, MARGIN, top, { width: WIDTH / 2 })
  document
    .font('plain')
    .fontSize(8)
    .text(place.join('\n'), { width: WIDTH / 2 })
  const left = document.y
  let y = top
  for (const [label, value] of particulars) {
    document.font('plain').text(label, MARGIN + WIDTH / 2, y, { width: WIDTH / 4 })
    document.font('bold').text(value, MARGIN + (WIDTH * 3) / 4, y, { width: WIDTH / 4 })
    y = document.y + 1
  }
  document.font('plain').text('Billed to', MARGIN, Math.max(left, y) + 8)
  const [who = '', ...rest] = buyer
  document.font('bold').fontSize(10).text(who, { width: WIDTH })
  document.font('plain').fontSize(8).text(rest.join('\n'), { width: WIDTH })
  document.y += 10
}

interface Placed extends Column {
  x: number
  width: number
}

/** Columns side by side; the one that takes the rest fills the page. */
function placed(columns: Column[]): Placed[] {
  const fixed = columns.reduce((sum, { width }) => sum + (width === 'rest' ? 0 : width), 0)
  let x = MARGIN
  return columns.map((column) => {
    const width = column.width === 'rest' ? WIDTH - fixed : column.width
    const here = { ...column, x, width }
    x += width
    return here
  })
}

function writeTable(document: Document, { columns, rows }: PrintedInvoice) {
  const cells = placed(columns)
  const titles = columns.map(({ title }) => title)
  const writeTitles = () => {
    document.font('bold')
    writeRow(document, cells, titles, heightOf(document, cells, titles))
    document.font('plain')
  }
  writeTitles()
  for (const row of rows) {
    const height = heightOf(document, cells, row)
    if (document.y + height > BOTTOM) {
      document.addPage()
      writeTitles()
    }
    writeRow(document, cells, row, height)
  }
}

function heightOf(document: Document, cells: Placed[], row: string[]): number {
  document.fontSize(7.5)
  const heights = cells.map(({ width }, place) =>
    heightOfText(document, row[place] ?? '', width - GAP),
  )
  return Math.max(...heights) + GAP
}

/** Most texts are one line, which is known sooner than where a longer one breaks. */
function heightOfText(document: Document, text: string, width: number): number {
  const isOneLine = !text.includes('\n') && document.widthOfString(text) <= width
  return isOneLine ? document.currentLineHeight(true) : document.heightOfString(text, { width })
}

function writeRow(document: Document, cells: Placed[], row: string[], height: number) {
  const { y } = document
  for (const [place, { x, width, align }] of cells.entries()) {
    document.text(row[place] ?? '', x, y, { width: width - GAP, align })
  }
  document.y = y + height
  rule(document, document.y - GAP / 2)
}

function rule(document: Document, y: number) {
  document
    .lineWidth(0.5)
    .strokeColor('#bbbbbb')
    .moveTo(MARGIN, y)
    .lineTo(MARGIN + WIDTH, y)
    .stroke()
}

function writeFoot(document: Document, { totals, notes, signature }: PrintedInvoice) {
  const needed = totals.length * 12 + 80
  if (document.y + needed > BOTTOM) document.addPage()
  document.y += 6
  for (const [place, [label, amount]] of totals.entries()) {
    const isLast = place === totals.length - 1
    const { y } = document
    document.font(isLast ? 'bold' : 'plain').fontSize(isLast ? 11 : 8.5)
    document.text(label, MARGIN + WIDTH - 220, y, { width: 110 })
    document.text(amount, MARGIN + WIDTH - 110, y, { width: 110 - GAP, align: 'right' })
  }
  document.font('plain').fontSize(8)
  if (notes) document.text(notes, MARGIN, document.y + 10, { width: WIDTH })
  document.text(signature, MARGIN, document.y + 24, { width: WIDTH - GAP, align: 'right' })
  document.text('Authorised signatory', MARGIN, document.y + 24, {
    width: WIDTH - GAP,
    align: 'right',
  })
}

/** Page numbers, and the mark of what is no invoice, on every page. */
function finishPages(document: Document, mark: string | null) {
  const { count } = document.bufferedPageRange()
  for (let page = 0; page < count; page += 1) {
    document.switchToPage(page)
    // Below the margin the library would begin another page.
    document.page.margins.bottom = 0
    document.font('plain').fontSize(7).fillColor('#666666')
    document.text(`Page ${page + 1} of ${count}`, MARGIN, BOTTOM + 24, {
      width: WIDTH,
      align: 'right',
      lineBreak: false,
    })
    if (mark) writeMark(document, mark)
    document.fillColor('black')
  }
}

function writeMark(document: Document, mark: string) {
  document.save().rotate(-35, { origin: [297, 420] })
  document.font('bold').fontSize(90).fillColor('#999999').fillOpacity(0.25)
  document.text(mark, 0, 370, { width: 595, align: 'center', lineBreak: false })
  document.restore()
}
