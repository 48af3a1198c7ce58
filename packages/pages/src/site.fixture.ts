import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import { createPages, type PagesOptions } from "./index.ts";

export const ORIGIN = "https://www.example.com";
export const PASSWORD = "MyPwdOfAda";

/** Opens the pages on an app in memory, with the requests that most tests need. */
export function openSite(options: Partial<PagesOptions> = {}) {
  const ports = memoryPorts();
  const { publicUrl } = options;
  const app = createApp({ ports, ...(publicUrl && { publicUrl }) });
  const api = (request: Request) => app.fetch(request);
  const site = createPages({ api, policy: ports.policy, ...options });
  const get = async (path: string, headers: Record<string, string> = {}) =>
    await site(new Request(ORIGIN + path, { headers: { accept: "text/html", ...headers } }));
  const post = async (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ) =>
    await site(
      new Request(ORIGIN + path, {
        method: "POST",
        headers: { "sec-fetch-site": "same-origin", ...headers },
        body: new URLSearchParams(fields),
      }),
    );
  async function loggedIn(): Promise<string> {
    await post("/register", { email: "ada@example.com", password: PASSWORD });
    const answer = await post("/login", { email: "ada@example.com", password: PASSWORD });
    return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }
  return { site, get, post, loggedIn };
}
