/** A container of its own: loads a bundle, gives its handler the events that its parent sends, and tells what it answered and printed. */
const context = { functionName: "sealwatch-test", awsRequestId: "1", getRemainingTimeInMillis: () => 300_000 };

let printed = "";
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk: string | Uint8Array) => {
    printed += chunk;
    return true;
  };
}

const { handler } = await import(process.argv[2]!);

process.on("message", async (event) => {
  const answer = await handler(event, context).then(
    (response: unknown) => ({ response: response ?? null }),
    (error: Error) => ({ error: error.message }),
  );
  process.send!({ ...answer, printed });
  printed = "";
});
process.send!("ready");
