import { readFileSync } from "node:fs";
import {
  haproxyProgram,
  nginxProgram,
  type RunningServer,
  startHaproxy,
  startNginx,
} from "@postern/test-servers";

const PAGE = readFileSync(new URL("../../../docs/operating/proxies.md", import.meta.url), "utf8");

/** Returns the configuration on the page that contains `text`. */
function fromPage(language: string, text: string): string {
  const blocks = [...PAGE.matchAll(/```(\w+)\n(.*?)```/gs)];
  const found = blocks.find(([, name, block]) => name === language && block?.includes(text));
  if (!found?.[2]) throw new Error(`docs/operating/proxies.md has no ${language} with ${text}`);
  return found[2];
}

const nginx = nginxProgram();
const haproxy = haproxyProgram();
/** Whether both are on this machine. In CI they must be. */
export const hasProxies = nginx !== undefined && haproxy !== undefined;
if (!hasProxies) {
  if (process.env["CI"]) throw new Error("no nginx or no HAProxy: CI must not skip a suite");
  console.warn("\n*** NO NGINX OR NO HAPROXY FOUND: THEIR SUITES ARE SKIPPED. ***\n");
}

/** Starts the page's HAProxy in front of two nodes. */
export const balance = (nodes: readonly number[]): Promise<RunningServer> =>
  startHaproxy(haproxy ?? "", (port) =>
    fromPage("haproxy", "backend postern")
      .replace(":8080", `127.0.0.1:${port}`)
      .replace("127.0.0.1:5001", `127.0.0.1:${nodes[0]}`)
      .replace("127.0.0.1:5002", `127.0.0.1:${nodes[1]}`),
  );

interface Site {
  readonly cert: string;
  readonly key: string;
}

const at = (config: string, port: number, { cert, key }: Site) =>
  config
    .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replace("server_name www.example.com;", "server_name localhost;")
    .replace("/etc/ssl/site.crt", cert)
    .replace("/etc/ssl/site.key", key);

/** Starts the page's nginx with the service under `/auth/`. */
export const serveUnderPath = (
  service: number,
  site: Site,
  { strips }: { strips: boolean },
): Promise<RunningServer> =>
  startNginx(nginx ?? "", (port) =>
    at(fromPage("nginx", "upstream postern"), port, site)
      .replace("127.0.0.1:5000", `127.0.0.1:${service}`)
      .replace("proxy_pass http://postern/;", `proxy_pass http://postern${strips ? "/" : ""};`)
      .replaceAll("$host;", "$http_host;"),
  );

/** Starts the page's nginx that asks the service before it lets a request to the application. */
export const guardApplication = (
  service: number,
  application: number,
  site: Site,
): Promise<RunningServer> =>
  startNginx(nginx ?? "", (port) =>
    at(fromPage("nginx", "auth_request /who-is-it"), port, site)
      .replaceAll("127.0.0.1:5000", `127.0.0.1:${service}`)
      .replace("127.0.0.1:8000", `127.0.0.1:${application}`),
  );
