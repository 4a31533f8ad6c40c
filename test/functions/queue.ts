import { type Chaos, note } from "./chaos.ts";

export interface QueuedMessage {
  messageId: string;
  body: string;
}

/** A queue that delivers at least once and in any order. */
export interface Queue {
  readonly size: number;
  send(body: string): void;
  receive(chaos: Chaos): QueuedMessage[];
  /** Which messages of a batch are done; the others come again, until they have come too often. */
  settle(batch: readonly QueuedMessage[], done: ReadonlySet<string>): void;
  /** What came too often. */
  deadLetters: string[];
}

const LARGEST_BATCH = 10;
/** More than the faults of a schedule can cause: a message that fails so often fails for good. */
const MOST_RECEIVES = 40;

export function createQueue(): Queue {
  const waiting: (QueuedMessage & { receives: number })[] = [];
  const deadLetters: string[] = [];
  let sent = 0;
  return {
    deadLetters,
    get size() {
      return waiting.length;
    },
    send(body) {
      waiting.push({ messageId: `${sent++}`, body, receives: 0 });
    },
    receive(chaos) {
      const batch: QueuedMessage[] = [];
      const size = 1 + Math.floor(chaos.random() * LARGEST_BATCH);
      if (size < waiting.length) note(chaos, "batch split");
      while (batch.length < size && waiting.length > 0) {
        const at = Math.floor(chaos.random() * waiting.length);
        if (at > 0) note(chaos, "message out of order");
        const message = waiting.splice(at, 1)[0]!;
        batch.push(message);
        if (!chaos.isTwice()) continue;
        note(chaos, "message delivered twice");
        waiting.push({ ...message });
      }
      return batch;
    },
    settle(batch, done) {
      for (const message of batch as typeof waiting) {
        if (done.has(message.messageId)) continue;
        if (++message.receives < MOST_RECEIVES) waiting.push(message);
        else deadLetters.push(message.body);
      }
    },
  };
}
