/** A quotient of whole numbers, rounded to the nearest one; halves go up. Exact at any size. */
export function divideRounded(dividend: bigint, divisor: bigint): number {
  return Number((2n * dividend + divisor) / (2n * divisor))
}
