import { isIPv6 } from "node:net";
import type { Config } from "./config.ts";
import { isForThisMachine } from "./loopback.ts";

/** Returns the URL of a server that listens on `host`. */
export const addressOf = (host: string, port: number): string =>
  `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** What an operator wants to know after the first start. */
export function banner({ policy, publicUrl, stores }: Config, address: string): string {
  const where =
    stores.mode === "embedded"
      ? `embedded, everything in ${stores.dataFolder} (safe from a crash of the process, not of the machine)`
      : `on Postgres, sessions in ${stores.redisUrl ? "Redis" : "Postgres too"}`;
  const lines = [
    `Postern listens on ${address}`,
    `  policy   ${policy.name}`,
    `  running  ${where}`,
    `  docs     ${address}/docs`,
  ];
  if (policy.disclosure === "open") {
    lines.push(
      "  WARNING  open disclosure: anybody can get the reset token of any address. Not for production.",
    );
  }
  if (policy.cookie.secure && publicUrl?.startsWith("http:")) {
    lines.push(
      `  NOTE     Safari keeps no Secure cookie of ${new URL(publicUrl).origin}. Use another browser or https,`,
      "           or set POLICY_COOKIE_SECURE=false and POLICY_COOKIE_NAME=session_id here.",
    );
  }
  if (stores.mode === "embedded" && policy.name === "course")
    lines.push("", "Try it:", ...tries(address, policy.cookie.name));
  if (stores.mode === "embedded" && isForThisMachine(publicUrl))
    lines.push("", `No mail is sent. Mails are shown at ${address}/mail`);
  return lines.join("\n");
}

const tries = (address: string, cookieName: string) => [
  `  curl ${address}/users -d email=bob@example.com -d password=MyPwdOfBob`,
  `  curl ${address}/sessions -d email=bob@example.com -d password=MyPwdOfBob -c cookies.txt`,
  `  curl ${address}/profile -b cookies.txt                # the cookie is ${cookieName}`,
  `  curl ${address}/sessions -b cookies.txt -X DELETE`,
];
