#!/usr/bin/env node
// Plain JavaScript: an older Node, which cannot read TypeScript, must still be able to say so.
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error(`sealwatch: needs Node 24 or newer, and this is ${process.version}; npx sealwatch brings its own`);
  process.exit(2);
}
process.stdout.on("error", (error) => {
  // A reader that has seen enough (`| head`) is no fault.
  if (error.code === "EPIPE") process.exit(0);
  console.error(`sealwatch: the output cannot be written: ${error.message}; make room, or write elsewhere`);
  process.exit(3);
});
await import("./compile-cache.js");
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
// After Ctrl-C, a request that was given up may still wait for its next attempt.
if (process.exitCode === 130) process.exit();
