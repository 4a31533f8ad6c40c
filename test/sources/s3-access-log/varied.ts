import type { Logged, Texts } from "./written.ts";

/** One record of full width, to be varied: HTTPS, signed V4. */
export const GET_CAT: Logged = {
  width: 27,
  unknown: [],
  time: Date.UTC(2026, 1, 6, 0, 0, 38),
  key: "cat.jpg",
  facts: 0,
  texts: {
    owner: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
    bucket: "photos",
    time: "06/Feb/2026:00:00:38 +0000",
    remoteIp: "192.0.2.3",
    requester: "arn:aws:iam::111122223333:user/ada",
    requestId: "3E57427F3EXAMPLE",
    operation: "REST.GET.OBJECT",
    key: "cat.jpg",
    uri: "GET /cat.jpg HTTP/1.1",
    status: "200",
    errorCode: null,
    bytesSent: "113",
    objectSize: "113",
    totalTime: "7",
    turnAround: "5",
    referer: "-",
    userAgent: "curl/8.5.0",
    versionId: "3HL4kqtJvjVBH40Nrjfkd",
    hostId: "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=",
    signature: "SigV4",
    cipher: "ECDHE-RSA-AES128-GCM-SHA256",
    authType: "AuthHeader",
    host: "photos.s3.eu-central-1.amazonaws.com",
    tlsVersion: "TLSv1.2",
    accessPoint: null,
    aclRequired: null,
    region: "eu-central-1",
  },
};

export function varied(texts: Partial<Texts>, other: Partial<Omit<Logged, "texts">> = {}): Logged {
  return { ...GET_CAT, ...other, texts: { ...GET_CAT.texts, ...texts } };
}
