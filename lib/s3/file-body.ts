import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";

/**
 * A PutObject of a file's bytes, which are streamed and signed. The SDK does not try a stream a second time; here every
 * attempt gets a stream of its own, past the SDK's retries.
 */
export async function putFileCommand(
  input: Pick<PutObjectCommandInput, "Bucket" | "Key">,
  path: string,
): Promise<PutObjectCommand> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const sha256 = hash.digest("hex");
  const command = new PutObjectCommand({ ...input, ContentLength: (await stat(path)).size });
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers["x-amz-content-sha256"] = sha256;
      return next(args);
    },
    { step: "build" },
  );
  command.middlewareStack.add(
    (next) => (args) => {
      const body = createReadStream(path);
      Object.assign(args.request as object, { body });
      const failed = once(body, "error").then(([error]) => {
        throw error;
      });
      return Promise.race([next(args), failed]).catch((error) => {
        body.destroy();
        throw error;
      });
    },
    { step: "finalizeRequest", priority: "low" },
  );
  return command;
}
