import type { AccessLogFields } from "./access-log-line.ts";

/** Who sends requests, and how. */
export interface Client {
  /** `null` is anonymous. */
  requester: string | null;
  ips: readonly string[];
  userAgents: readonly (string | null)[];
  signature: AccessLogFields["signature"];
  authType: AccessLogFields["authType"];
  /** TLS versions that it negotiates; plain HTTP when empty. */
  tls: readonly ("TLSv1.2" | "TLSv1.3")[];
  /** Region of AWS that it sends from. */
  region: string | null;
  /** Old tools put the bucket into the path. */
  pathStyle?: boolean;
}

const ACCOUNT = "111122223333";
const role = (name: string, session: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`;
const user = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;

const JAVA =
  "aws-sdk-java/2.34.6 md/io#sync md/http#Apache ua/2.1 api/S3#2.34.x os/Linux#6.1.153 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM#21.0.8+9-LTS md/vendor#Amazon.com_Inc. md/en m/F,N,U";
const GO = "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64 api/s3#1.88.4 m/E,g,u";
const BOTO =
  "Boto3/1.40.50 md/Botocore#1.40.50 ua/2.1 os/linux#6.1.153-175.280.amzn2023.x86_64 md/arch#x86_64 lang/python#3.12.11 md/pyimpl#CPython m/D,b,E,Z,e cfg/retry-mode#standard Botocore/1.40.50 Resource";
const CLI =
  "aws-cli/2.31.8 md/awscrt#0.27.6 ua/2.1 os/linux#5.15.0-1084-aws md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython m/G,b,E,Z cfg/retry-mode#standard md/installer#exe sid/5c0e11a2f1d6 md/prompt#off md/command#s3.sync";
const HADOOP =
  "Hadoop 3.4.1, aws-sdk-java/2.29.52 md/io#sync md/http#Apache ua/2.0 os/Linux#6.1.153 lang/java#17.0.16 md/OpenJDK_64-Bit_Server_VM vendor/Amazon.com_Inc. md/internal cfg/auth-source#prof hll/cross-region";
const PIP =
  'pip/25.2 {"ci":true,"cpu":"x86_64","distro":{"id":"jammy","libc":{"lib":"glibc","version":"2.35"},"name":"Ubuntu","version":"22.04"},"implementation":{"name":"CPython","version":"3.12.11"},"installer":{"name":"pip","version":"25.2"},"openssl_version":"OpenSSL 3.0.2 15 Mar 2022","python":"3.12.11","setuptools_version":"80.9.0","system":{"name":"Linux","release":"6.8.0-1039-aws"}}';
const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.2 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0",
];

const SIGNED = { signature: "SigV4", authType: "AuthHeader", tls: ["TLSv1.3"], region: "eu-central-1" } as const;
const UNSIGNED = { requester: null, signature: null, authType: null, region: null } as const;
const BOTH_TLS = ["TLSv1.3", "TLSv1.3", "TLSv1.2"] as const;

export const CLIENTS = {
  paymentsApi: {
    ...SIGNED,
    requester: role("payments-api", "i-0f3a9c21d7be40586"),
    ips: ["192.0.2.10", "192.0.2.11", "192.0.2.12"],
    userAgents: [JAVA],
  },
  cardVault: {
    ...SIGNED,
    requester: role("card-vault", "card-vault-7d9f6c5b48-x2kqp"),
    ips: ["192.0.2.21", "192.0.2.22"],
    userAgents: [GO],
  },
  ledgerExport: {
    ...SIGNED,
    requester: user("ledger-export"),
    ips: ["192.0.2.40"],
    userAgents: [BOTO],
    tls: BOTH_TLS,
  },
  reconciliation: {
    ...SIGNED,
    requester: role("reconciliation", "reconciliation-batch"),
    ips: ["192.0.2.77"],
    userAgents: [BOTO],
  },
  terminalGateway: {
    ...SIGNED,
    requester: user("terminal-gateway"),
    ips: ["198.51.100.9"],
    userAgents: ["aws-sdk-java/1.11.238 Linux/3.10.0-693.el7.x86_64 Java_HotSpot(TM)_64-Bit_Server_VM/25.151-b12"],
    tls: ["TLSv1.2"],
    region: null,
  },
  nightlyBackup: {
    ...SIGNED,
    requester: user("nightly-backup"),
    ips: ["198.51.100.30"],
    userAgents: ["JetS3t/0.9.0 (Linux/2.6.32-754.el6.x86_64; amd64; en; JVM 1.7.0_80)"],
    signature: "SigV2",
    tls: ["TLSv1.2"],
    region: null,
    pathStyle: true,
  },
  console: {
    ...SIGNED,
    requester: "c2f8a5d04b7e49b3a16d0e95f7c83b2461fa0d97e5c4b8310f6d29ae7b54c801",
    ips: ["203.0.113.15", "2001:db8:41::1f"],
    userAgents: [
      "S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.791 Linux/5.10.244-240.965.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/25.462-b09 java/1.8.0_462 vendor/Oracle_Corporation cfg/retry-mode/standard",
    ],
    pathStyle: true,
  },
  terraform: {
    ...SIGNED,
    requester: role("infrastructure", "aws-go-sdk-1770012345678901234"),
    ips: ["203.0.113.60"],
    userAgents: [
      "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.15.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64 api/s3#1.88.3 m/E,g",
    ],
  },
  spark: {
    ...SIGNED,
    requester: role("analytics-emr", "i-0b61d8e4f29a7c335"),
    ips: ["192.0.2.101", "192.0.2.102", "192.0.2.103", "192.0.2.104"],
    userAgents: [HADOOP],
    tls: BOTH_TLS,
  },
  athena: {
    ...SIGNED,
    requester: role("analysts", "AthenaSession"),
    ips: ["192.0.2.150"],
    userAgents: ["[aws-internal/3 aws-sdk-java/1.12.791 Linux/5.10.244 OpenJDK_64-Bit_Server_VM/11.0.28, athena]"],
  },
  oldDashboard: {
    ...SIGNED,
    requester: user("plant-dashboard"),
    ips: ["198.51.100.66"],
    userAgents: ["Boto/2.49.0 Python/2.7.18 Linux/4.4.0-210-generic"],
    tls: [],
    region: null,
  },
  cdn: {
    ...SIGNED,
    requester: "9d1e4f0a7c36b285e07f4ad9c18b5362f9e07d3ab4c1685270fd39e8a6b1c54d",
    ips: ["203.0.113.200", "203.0.113.201", "2001:db8:cd::7", "2001:db8:cd::8"],
    userAgents: ["Amazon CloudFront"],
    region: null,
  },
  deploy: {
    ...SIGNED,
    requester: role("assets-deploy", "ci-runner"),
    ips: ["203.0.113.88"],
    userAgents: [CLI],
    tls: BOTH_TLS,
    region: null,
  },
  archiver: {
    ...SIGNED,
    requester: user("archive-writer"),
    ips: ["198.51.100.120"],
    userAgents: ["MinIO (linux; amd64) minio-go/v7.0.95", '"', null],
    tls: ["TLSv1.2"],
    region: null,
  },
  partner: {
    ...SIGNED,
    requester: user("report-mailer"),
    ips: ["198.51.100.201", "198.51.100.202", "2001:db8:77::2"],
    userAgents: [...BROWSERS, "curl/8.16.0", null],
    authType: "QueryString",
    tls: BOTH_TLS,
    region: null,
  },
  browser: {
    ...UNSIGNED,
    ips: ["203.0.113.7", "203.0.113.119", "2001:db8:1:2::99"],
    userAgents: BROWSERS,
    tls: BOTH_TLS,
  },
  pip: { ...UNSIGNED, ips: ["203.0.113.140", "203.0.113.141"], userAgents: [PIP], tls: ["TLSv1.3"] },
  scanner: {
    ...UNSIGNED,
    ips: ["198.51.100.250"],
    userAgents: ["Mozilla/5.0 zgrab/0.x"],
    tls: ["TLSv1.2"],
  },
} as const satisfies Record<string, Client>;

/** The same client, sending in the clear. */
export function overHttp(client: Client): Client {
  return { ...client, tls: [] };
}
