import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import { describe, expect, it } from "vitest";
import { openSite, PASSWORD } from "./site.fixture.ts";

describe("the sessions", () => {
  it.each([
    ["127.0.0.0/24", "this machine"],
    ["192.168.7.0/24", "192.168.7.0/24, a private network"],
    ["172.32.0.0/24", "172.32.0.0/24"],
    ["fd00:1::/48", "fd00:1::/48, a private network"],
    ["2001:db8::/48", "2001:db8::/48"],
  ])("from %s are from %s", async (network, said) => {
    const ports = memoryPorts();
    const app = createApp({ ports, networkOf: () => network });
    const { get, loggedIn } = openSite({ api: (request) => app.fetch(request) });
    const cookie = await loggedIn();
    const page = await (await get("/account/sessions", { cookie })).text();
    expect(page).toContain(`<dd>${said}</dd>`);
  });

  it("name the device in the visitor's words", async () => {
    const { post, get, loggedIn } = openSite();
    await loggedIn();
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const ada = { email: "ada@example.com", password: PASSWORD };
    const response = await post("/login", ada, { "user-agent": firefox });
    const cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    for (const [language, said] of [
      ["en", "Firefox on Linux"],
      ["de", "Firefox unter Linux"],
    ] as const) {
      const page = await get("/account/sessions", { cookie, "accept-language": language });
      expect(await page.text()).toMatch(new RegExp(`<h2>\\s*${said}`));
    }
  });
});
