/**
 * Reads the plain tables of `reference/`: one header line, comma-separated, never quoted, no commas
 * in a value. A file that breaks these rules is a mistake of ours and throws at start.
 */
export function readTable<const Column extends string>(
  text: string,
  columns: readonly Column[],
): Record<Column, string>[] {
  const [header, ...lines] = text.split(/\r?\n/).filter((line) => line !== '')
  if (header !== columns.join(',')) {
    throw new Error(`The table must begin with "${columns.join(',')}", not with "${header ?? ''}".`)
  }
  return lines.map((line) => {
    const values = line.split(',')
    if (values.length !== columns.length || line.includes('"')) {
      throw new Error(`The table has ${columns.length} columns, but not in the line "${line}".`)
    }
    return Object.fromEntries(columns.map((column, at) => [column, values[at]])) as Record<
      Column,
      string
    >
  })
}

/** Values of one cell that holds several, written with semicolons. */
export function splitCell(cell: string): string[] {
  return cell === '' ? [] : cell.split(';')
}

/** Letters and digits alone, `&` read as `and`: the form in which names are compared. */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('&', 'and')
    .replaceAll(/[^a-z0-9]/g, '')
}
