/** To begin with. */
const ROOM = 1 << 10;

/** Room for rows of so many numbers. */
export function createRows(width: number): Int32Array {
  return new Int32Array(ROOM * width);
}

/** The same rows, with room for one at `at`. */
export function withRoom(rows: Int32Array, at: number): Int32Array {
  if (at < rows.length) return rows;
  const more = new Int32Array(rows.length * 2);
  more.set(rows);
  return more;
}
