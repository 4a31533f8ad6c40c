import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Call, Called } from "../functions/called.ts";
import { packaged } from "../functions/packaged.ts";
import type { PackagedService } from "../infra/package-service.ts";
import { at } from "../infra/template.ts";
import { namesInZip } from "../infra/zip.ts";
import { CREDENTIALS } from "../support/s3-server.ts";
import type { Deployed, Stack } from "./deploy.ts";
import type { Servers } from "./guards.ts";

/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:1";

/** Calls functions of a stack as Lambda does: what is packaged, with the environment that the template gives it. */
export function openContainers(
  { place, resources }: Stack,
  { bundles, folder }: Pick<PackagedService, "bundles" | "folder">,
  { s3, sns, queues }: Servers,
): (lambda: Deployed, event: unknown) => Promise<Called> {
  const warm = new Map<string, Promise<Call>>();
  const queueUrls = new Map(Object.entries(queues).map(([id, { url }]) => [resources[id]!.ref, url]));

  /** As the template gives it, but for the host that queues are on. */
  function environmentOf(lambda: Deployed): Record<string, string> {
    const variables = at(lambda.properties, "Environment", "Variables") as Record<string, string>;
    return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, queueUrls.get(value) ?? value]));
  }

  function start(lambda: Deployed): Promise<Call> {
    const file = String(lambda.properties["Handler"]).replace(/\.handler$/, ".mjs");
    const zip = join(folder, basename(String(at(lambda.properties, "Code", "S3Key"))));
    if (!namesInZip(readFileSync(zip)).includes(file)) throw new Error(`${zip} holds no ${file}`);
    const environment = environmentOf(lambda);
    const queue = Object.values(queues).find(({ url }) => Object.values(environment).includes(url));
    return packaged(join(bundles, file), {
      ...environment,
      ...CREDENTIALS,
      AWS_REGION: place.region,
      // Lambda gives a function the credentials of its role: by the token the servers know whose they are.
      AWS_SESSION_TOKEN: String(lambda.properties["Role"]),
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_SNS: sns.endpoint,
      AWS_ENDPOINT_URL_SQS: queue?.endpoint ?? NOWHERE,
    });
  }

  return async (lambda, event) => {
    const call = warm.get(lambda.id) ?? start(lambda);
    warm.set(lambda.id, call);
    return (await call)(event);
  };
}
