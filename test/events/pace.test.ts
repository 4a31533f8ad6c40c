import { describe, expect, test } from "vitest";
import { createPace } from "../../lib/events/pace.ts";

const MB = 1_000_000;

describe("what still fits into a call", () => {
  test("the first object is begun, however big", () => {
    const call = createPace(() => 0).call(() => 31_000);
    expect(() => call.begin(1e12)).not.toThrow();
  });

  test.each([
    { remaining: 130_000, size: 2000 * MB, fits: true },
    { remaining: 129_999, size: 2000 * MB, fits: false },
    { remaining: 30_000, size: null, fits: true },
    { remaining: 29_999, size: null, fits: false },
  ])("at 20 MB/s and with 30 s kept free, $size bytes in $remaining ms: $fits", ({ remaining, size, fits }) => {
    const call = createPace(() => 0).call(() => remaining);
    call.begin(null).end();
    const begin = () => call.begin(size);
    if (fits) expect(begin).not.toThrow();
    else expect(begin).toThrow("would not be read in the time that is left; back to the queue");
  });

  test("what is under way counts, as far as it is not read", () => {
    const call = createPace(() => 0).call(() => 130_000);
    const first = call.begin(1000 * MB);
    const begin = () => call.begin(1001 * MB);
    expect(begin).toThrow("1001000000 bytes would not be read");
    first.read(1 * MB);
    expect(begin).not.toThrow();
  });

  test("what is done counts no more", () => {
    const call = createPace(() => 0).call(() => 130_000);
    call.begin(2000 * MB).end();
    expect(() => call.begin(2000 * MB)).not.toThrow();
  });

  test("the speed is that of the last big object, also in later calls", () => {
    let now = 0;
    const pace = createPace(() => now);
    const reading = pace.call(() => 130_000).begin(100 * MB);
    reading.read(100 * MB);
    now += 1000;
    reading.end();
    const call = pace.call(() => 130_000);
    call.begin(1).end();
    expect(() => call.begin(10_000 * MB)).not.toThrow();
    expect(() => call.begin(1)).toThrow();
  });

  test("a small object, which is mostly waited for, says nothing about speed", () => {
    let now = 0;
    const call = createPace(() => now).call(() => 130_000);
    const reading = call.begin(8 * MB);
    reading.read(8 * MB);
    now += 60_000;
    reading.end();
    expect(() => call.begin(2000 * MB)).not.toThrow();
  });
});

test("with less than 10 s left, reading ends", () => {
  let remaining = 10_000;
  const reading = createPace(() => 0)
    .call(() => remaining)
    .begin(100);
  reading.read(60);
  remaining--;
  expect(() => reading.read(60)).toThrow("out of time after 120 bytes; back to the queue");
});
