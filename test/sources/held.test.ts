import { expect, it } from "vitest";
import { createHeld } from "../../lib/sources/held.ts";

/** What is told, in its order. */
function heldWithin(window: number) {
  const told: number[] = [];
  const tell = (n: number) => () => void told.push(n);
  return { ...createHeld(window), tell, now: () => told.splice(0) };
}

it("what is held waits for the end, and what comes behind it waits with it", () => {
  const { hold, inOrder, end, tell, now } = heldWithin(10);
  inOrder(1, tell(1));
  expect(now()).toEqual([1]);
  hold(2, tell(2));
  inOrder(3, tell(3));
  hold(4, tell(4));
  expect(now()).toEqual([]);
  end();
  expect(now()).toEqual([2, 3, 4]);
  inOrder(5, tell(5));
  expect(now()).toEqual([5]);
});

it("it waits no longer than the reader is within a window behind it", () => {
  const { hold, inOrder, reached, tell, now } = heldWithin(10);
  hold(2, tell(2));
  inOrder(5, tell(5));
  reached(11);
  expect(now()).toEqual([]);
  reached(12);
  expect(now()).toEqual([2]);
  inOrder(13, tell(13));
  reached(15);
  expect(now()).toEqual([5]);
  reached(23);
  inOrder(24, tell(24));
  expect(now()).toEqual([13, 24]);
});

it("nothing is lost where very many wait", () => {
  const { hold, reached, end, tell, now } = heldWithin(1500);
  for (let i = 0; i < 10_000; i++) {
    hold(i, tell(i));
    reached(i);
  }
  end();
  expect(now()).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
});

it("no more wait than is said", () => {
  const told: number[] = [];
  const { hold, inOrder, end } = createHeld(1000, 2);
  for (const n of [1, 2, 3]) hold(n, () => void told.push(n));
  expect(told).toEqual([1]);
  inOrder(4, () => void told.push(4));
  expect(told).toEqual([1, 2]);
  end();
  expect(told).toEqual([1, 2, 3, 4]);
});
