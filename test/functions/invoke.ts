/** A container of its own: loads a bundle, and gives its handler the events that its parent sends. */
const { handler } = await import(process.argv[2]!);
const context = { functionName: "sealwatch-test", awsRequestId: "1", getRemainingTimeInMillis: () => 300_000 };

process.on("message", async (event) => {
  const response = await handler(event, context).catch((error: Error) => ({ error: error.message }));
  process.send!(response ?? null);
});
process.send!("ready");
