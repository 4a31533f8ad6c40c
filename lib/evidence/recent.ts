/** A map of bounded size. */
export interface Recent<T> {
  get(id: string): T | undefined;
  /** Counts as use, which `get` does not. */
  set(id: string, value: T): void;
  delete(id: string): void;
}

/** @param onLost told of what is forgotten, the longest unused first, once there are more than `limit` */
export function createRecent<T>(limit: number, onLost: (value: T) => void = () => {}): Recent<T> {
  // A Map keeps the order of insertion: what is set again is taken out and put back at the end.
  const values = new Map<string, T>();
  return {
    get: (id) => values.get(id),
    set(id, value) {
      const before = values.size;
      values.set(id, value);
      if (values.size === before) {
        values.delete(id);
        values.set(id, value);
      }
      if (values.size <= limit) return;
      const [oldest, lost] = values.entries().next().value!;
      values.delete(oldest);
      onLost(lost);
    },
    delete(id) {
      values.delete(id);
    },
  };
}
