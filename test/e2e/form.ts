import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type Place, REGION, type Way } from "./client.ts";
import { type Credentials, hmacV2 } from "./sign-v2.ts";

const PRESIGNED_MS = 900_000;

/** Posts an object as a browser's form does, `fields` among those that are signed. */
export async function postForm(
  place: Place,
  way: Way,
  credentials: Credentials,
  { bucket, key, fields }: { bucket: string; key: string; fields: Readonly<Record<string, string>> },
): Promise<{ requestId: string; status: number }> {
  const form = new FormData();
  const signed = signForm(way, credentials, { bucket, key, ...fields }, new Date());
  for (const [name, value] of Object.entries({ key, ...fields, ...signed })) form.append(name, value);
  form.append("file", new Blob(["hello"]), "hello.txt");
  const body = new Response(form);
  const type = body.headers.get("content-type")!;
  return send(place, way, `/${bucket}`, type, Buffer.from(await body.arrayBuffer()));
}

/** The fields that sign the others; an anonymous form has none. */
function signForm(
  { signature }: Way,
  { accessKeyId, secretAccessKey }: Credentials,
  conditions: Readonly<Record<string, string>>,
  now: Date,
): Record<string, string> {
  if (signature === "none") return {};
  const date = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = `${date.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const ofV4 = {
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": `${accessKeyId}/${scope}`,
    "x-amz-date": date,
  };
  const named = signature === "V4" ? { ...conditions, ...ofV4 } : conditions;
  const expiration = new Date(now.getTime() + PRESIGNED_MS).toISOString();
  const document = { expiration, conditions: Object.entries(named).map(([name, value]) => ({ [name]: value })) };
  const policy = Buffer.from(JSON.stringify(document)).toString("base64");
  if (signature === "V2") return { AWSAccessKeyId: accessKeyId, policy, signature: hmacV2(secretAccessKey, policy) };
  const key = scope.split("/").reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return { ...ofV4, policy, "x-amz-signature": hmac(key, policy).toString("hex") };
}

function hmac(secret: string | Buffer, text: string): Buffer {
  return createHmac("sha256", secret).update(text).digest();
}

function send(place: Place, { transport }: Way, path: string, type: string, body: Buffer) {
  const url = new URL(path, transport === "HTTPS" ? place.https : place.http);
  const options = { method: "POST", headers: { "content-type": type, "content-length": body.length } };
  return new Promise<{ requestId: string; status: number }>((resolve, reject) => {
    const request =
      transport === "HTTPS"
        ? requestHttps(url, { ...options, ca: readFileSync(place.cert) })
        : requestHttp(url, options);
    request.once("error", reject).once("response", (response) => {
      response.resume();
      resolve({ requestId: String(response.headers["x-amz-request-id"]), status: response.statusCode! });
    });
    request.end(body);
  });
}
