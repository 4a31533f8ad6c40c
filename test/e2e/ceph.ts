import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { access, constants, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

const BINARIES = ["monmaptool", "ceph-mon", "ceph", "ceph-osd", "radosgw", "radosgw-admin", "openssl"];
const COMMAND_MS = 60_000;
const READY_MS = 90_000;
const STOP_MS = 15_000;

/** The value of `rgw_log_http_headers` with which the ops log holds every fact. */
export const LOGGED_HEADERS: readonly string[] = [
  "http_host",
  "http_authorization",
  "http_user_agent",
  "http_referer",
  "server_port",
  "server_port_secure",
  "http_x_amz_server_side_encryption",
  "http_x_amz_server_side_encryption_customer_algorithm",
  "http_x_amz_copy_source",
  "http_x_amz_copy_source_server_side_encryption_customer_algorithm",
];

/** Names of KMS keys that the gateway knows. */
export const KMS_KEYS = ["testkey-1", "testkey-2"] as const;

export interface CephOptions {
  /** What the gateway logs of each request's headers. */
  loggedHeaders?: readonly string[];
}

export interface Ceph {
  /** `http://127.0.0.1:PORT` */
  http: string;
  /** `https://localhost:PORT`; buckets also answer as `https://BUCKET.localhost:PORT`. */
  https: string;
  /** Path of the PEM certificate to trust. */
  cert: string;
  /** Path of the ops log; a request is there a moment after its answer. */
  opsLog: string;
  accessKey: string;
  secretKey: string;
  /** Ends the daemons that were started, and leaves the folder. */
  stop(): Promise<void>;
}

/**
 * Starts a Ceph of one node (monitor, object store in memory, object gateway) on loopback, all its files in `folder`.
 * Keys for server-side encryption are taken over HTTP too, so that requests which break the tables succeed.
 * Throws, with the end of the daemon's log, what did not become ready; then nothing is left running.
 */
export async function startCeph(folder: string, { loggedHeaders = LOGGED_HEADERS }: CephOptions = {}): Promise<Ceph> {
  await requireBinaries();
  const [monPort, httpPort, httpsPort] = (await freePorts(3)) as [number, number, number];
  const at = (name: string) => join(folder, name);
  for (const name of ["mon", "osd", "rgw", "run", "log"]) await mkdir(at(name), { recursive: true });
  const fsid = randomUUID();
  const osd = randomUUID();
  const ceph = {
    http: `http://127.0.0.1:${httpPort}`,
    https: `https://localhost:${httpsPort}`,
    cert: at("cert.pem"),
    opsLog: at("log/ops.log"),
    accessKey: "SEALWATCHLABACCESSKEY",
    secretKey: "sealwatch-lab-secret-key-of-no-worth",
  };
  await makeCertificate(ceph.cert, at("key.pem"));
  const config = configuration({ folder, fsid, monPort, httpPort, httpsPort, loggedHeaders });
  await writeFile(at("ceph.conf"), config);

  const env = { ...process.env, CEPH_CONF: at("ceph.conf") };
  const command = (name: string, ...args: string[]) => run(name, args, { env, timeout: COMMAND_MS });
  const daemons: Daemon[] = [];
  const start = (name: string, ...args: string[]) => daemons.unshift(startDaemon(name, args, env));
  const stop = () => stopAll(daemons);
  try {
    await command("monmaptool", "--create", "--fsid", fsid, "--addv", "a", monitor(monPort), at("monmap"));
    await command("ceph-mon", "--mkfs", "-i", "a", "--monmap", at("monmap"));
    start("ceph-mon", "-f", "-i", "a");
    await command("ceph", "--connect-timeout", "30", "osd", "new", osd);
    await command("ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", osd);
    start("ceph-osd", "-f", "-i", "0");
    start("radosgw", "-f", "-n", "client.rgw.a");
    await untilAnswers(ceph.http, daemons);
    const user = [
      "--uid=lab",
      "--display-name=Lab",
      `--access-key=${ceph.accessKey}`,
      `--secret-key=${ceph.secretKey}`,
    ];
    await command("radosgw-admin", "-n", "client.rgw.a", "user", "create", ...user);
  } catch (cause) {
    await stop();
    throw new Error(`Ceph did not start in ${folder}.\n${await lastLines(folder)}`, { cause });
  }
  return { ...ceph, stop };
}

async function requireBinaries(): Promise<void> {
  const { PATH = "" } = process.env;
  const folders = PATH.split(delimiter);
  const missing: string[] = [];
  for (const name of BINARIES) {
    const tries = await Promise.allSettled(folders.map((folder) => access(join(folder, name), constants.X_OK)));
    if (tries.every(({ status }) => status === "rejected")) missing.push(name);
  }
  if (missing.length === 0) return;
  throw new Error(
    `Not on the PATH: ${missing.join(", ")}. On Debian: apt-get install --no-install-recommends radosgw ceph-osd ceph-mon openssl`,
  );
}

/** Ports that are free now: all are held at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function makeCertificate(cert: string, key: string): Promise<void> {
  const names = "subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1";
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
  await run("openssl", [...request, "-addext", names, "-keyout", key, "-out", cert], { timeout: COMMAND_MS });
}

function monitor(port: number): string {
  return `[v2:127.0.0.1:${port}/0]`;
}

interface Layout {
  folder: string;
  fsid: string;
  monPort: number;
  httpPort: number;
  httpsPort: number;
  loggedHeaders: readonly string[];
}

function configuration({ folder, fsid, monPort, httpPort, httpsPort, loggedHeaders }: Layout): string {
  const frontend = [
    "beast",
    `endpoint=127.0.0.1:${httpPort}`,
    `ssl_endpoint=127.0.0.1:${httpsPort}`,
    `ssl_certificate=${folder}/cert.pem`,
    `ssl_private_key=${folder}/key.pem`,
  ];
  const kmsKeys = KMS_KEYS.map((name) => `${name}=${Buffer.alloc(32, name).toString("base64")}`);
  return `[global]
fsid = ${fsid}
mon_host = ${monitor(monPort)}
public_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
ms_mon_cluster_mode = crc
ms_mon_service_mode = crc
run_dir = ${folder}/run
pid_file = ${folder}/run/$type.$id.pid
admin_socket = ${folder}/run/$type.$id.$pid.asok
log_file = ${folder}/log/$type.$id.log
log_to_stderr = false
err_to_stderr = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
[mon]
mon_data = ${folder}/mon
mon_data_avail_crit = 1
mon_data_avail_warn = 2
mon_cluster_log_file = ${folder}/log/cluster.log
[osd]
osd_data = ${folder}/osd
osd_objectstore = memstore
osd_class_update_on_start = false
[client.rgw.a]
rgw_data = ${folder}/rgw
rgw_frontends = ${frontend.join(" ")}
rgw_dns_name = localhost
rgw_thread_pool_size = 32
rgw_rados_pool_pg_num_min = 1
rgw_enable_ops_log = true
rgw_ops_log_rados = false
rgw_ops_log_file_path = ${folder}/log/ops.log
rgw_log_http_headers = ${loggedHeaders.join(",")}
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = ${kmsKeys.join(" ")}
`;
}

interface Daemon {
  name: string;
  child: ChildProcess;
}

/** In the foreground (`-f`), so that the daemon is a child of ours and its end is ours to see. */
function startDaemon(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Daemon {
  const child = spawn(name, args, { env, stdio: "ignore" });
  // A test that dies leaves no daemon behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return { name, child };
}

function hasEnded({ child }: Daemon): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function untilAnswers(url: string, daemons: readonly Daemon[]): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const ended = daemons.find(hasEnded);
    if (ended) throw new Error(`${ended.name} ended with ${ended.child.exitCode ?? ended.child.signalCode}`);
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`${url} did not answer within ${READY_MS / 1000} s`);
}

/** The gateway first, the monitor last; one that does not heed its signal is killed. */
async function stopAll(daemons: readonly Daemon[]): Promise<void> {
  for (const daemon of daemons) {
    if (hasEnded(daemon)) continue;
    const exit = once(daemon.child, "exit");
    daemon.child.kill("SIGTERM");
    const kill = setTimeout(() => daemon.child.kill("SIGKILL"), STOP_MS);
    await exit;
    clearTimeout(kill);
  }
}

async function lastLines(folder: string): Promise<string> {
  const logs = ["mon.a", "osd.0", "client.rgw.a"].map(async (name) => {
    const text = await readFile(join(folder, "log", `${name}.log`), "utf8").catch(() => "");
    return `${name}: ${text.trimEnd().split("\n").slice(-5).join("\n")}`;
  });
  return (await Promise.all(logs)).join("\n");
}
