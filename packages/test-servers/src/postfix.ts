import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import type { Certificates } from "./certificates.ts";
import { freePort, type RunningServer, scratchFolder, spawnServer } from "./spawn-server.ts";

/**
 * Returns the command of a Postfix on this machine, in Debian's package `postfix`. It needs root:
 * each of its programs becomes a user of its own.
 */
export const postfixProgram = (): string | undefined =>
  process.getuid?.() === 0 && existsSync(PROGRAM) ? PROGRAM : undefined;

const PROGRAM = "/usr/sbin/postfix";

/** The programs of Postfix that take a mail and pass it on. */
const SERVICES = [
  "pickup unix n - n 60 1 pickup",
  "qmgr unix n - n 300 1 qmgr",
  "cleanup unix n - n - 0 cleanup",
  ...["trivial-rewrite:rewrite", "bounce:bounce", "bounce:defer", "smtp:smtp", "error:retry"].map(
    (one) => {
      const [program, name] = one.split(":");
      return `${name} unix - - n - - ${program}`;
    },
  ),
  "proxymap unix - - n - - proxymap",
  "anvil unix - - n - 1 anvil",
  "tlsmgr unix - - n 1000? 1 tlsmgr",
  "postlog unix-dgram n - n - 1 postlogd",
];

/**
 * Starts a private Postfix that passes every mail of this machine on to the server at `nextPort`,
 * without authentication. With certificates it takes mails by STARTTLS only.
 */
export async function startPostfix(
  program: string,
  nextPort: number,
  certificates?: Pick<Certificates, "cert" | "key">,
): Promise<RunningServer> {
  const [port, folder] = [await freePort(), scratchFolder(undefined)];
  const at = (name: string) => join(folder, name);
  for (const name of ["etc", "queue", "data"]) mkdirSync(at(name));
  chmodSync(folder, 0o755); // for the users of its programs
  execFileSync("chown", ["postfix", at("data")]);
  const settings = {
    compatibility_level: "3.6",
    queue_directory: at("queue"),
    data_directory: at("data"),
    maillog_file: "/dev/stdout",
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    myhostname: "relay.example.net",
    mydestination: "",
    mynetworks: "127.0.0.0/8",
    alias_maps: "",
    relayhost: `[127.0.0.1]:${nextPort}`,
    smtp_host_lookup: "native",
    ...(certificates && {
      smtpd_tls_security_level: "encrypt",
      smtpd_tls_cert_file: certificates.cert,
      smtpd_tls_key_file: certificates.key,
    }),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(at("etc/main.cf"), lines.join(""));
  writeFileSync(at("etc/master.cf"), [`${port} inet n - n - - smtpd`, ...SERVICES, ""].join("\n"));
  execFileSync(program, ["-c", at("etc"), "check"], { stdio: "ignore" }); // creates the queue
  const settingsOf = ["-h", "-c", at("etc"), "daemon_directory"];
  const programs = execFileSync("postconf", settingsOf, { encoding: "utf8" }).trim();
  return await spawnServer(join(programs, "master"), ["-c", at("etc"), "-d"], {
    port,
    folder,
    ready: () => greets(port),
  });
}

async function greets(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined); // `once` reports it
  const [text] = (await once(socket, "data")) as [Buffer];
  socket.end("QUIT\r\n");
  if (!text.toString().startsWith("220")) throw new Error(`not ready: ${text.toString()}`);
}
