/**
 * Waits until `look` answers something, and answers that. Throws with `what` after `withinMs`.
 */
export async function eventually<Value>(
  what: string,
  look: () => Value | undefined | null | false | Promise<Value | undefined | null | false>,
  withinMs = 20_000,
): Promise<Value> {
  const end = Date.now() + withinMs
  for (;;) {
    const value = await look()
    if (value) return value
    if (Date.now() > end) throw new Error(`There was not ${what} within ${withinMs} ms.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
