import { html } from "hono/html";
import type { Resource } from "../resource.ts";

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * Where the link in a reset mail leads. Address and token are behind the `#`, so they reach no server
 * and no log on the way here; nothing is used up by looking (mail scanners do), only by the form.
 */
export const resetPasswordPage: Pick<Resource, "GET"> = {
  GET(c) {
    c.header("content-security-policy", PAGE_POLICY);
    return c.html(
      html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width" />
            <title>Choose a new password</title>
            <link rel="stylesheet" href="reset_password/page.css" />
            <script src="reset_password/page.js" defer></script>
          </head>
          <body>
            <h1>Choose a new password</h1>
            <form>
              <label>Of <input type="email" autocomplete="username" readonly /></label>
              <label
                >New password <input type="password" autocomplete="new-password" required
              /></label>
              <button>Change it</button>
            </form>
            <p role="status"></p>
          </body>
        </html>`,
    );
  },
};

const SCRIPT = `const fields = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname); // not for the next one who looks at this screen
const [form, state] = [document.querySelector("form"), document.querySelector("[role=status]")];
const [email, password] = form.querySelectorAll("input");
email.value = fields.get("email") ?? "";
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams({
    email: email.value,
    reset_token: fields.get("token") ?? "",
    new_password: password.value,
  });
  const answer = await fetch(location.pathname, { method: "PUT", body }).catch(() => undefined);
  const said = await answer?.json().catch(() => undefined);
  state.textContent = said?.message ?? "That did not work. Try again in a moment.";
  if (answer?.ok) form.hidden = true;
});
`;

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 26em; margin: 4em auto; padding: 0 1em }
label { display: block } input { display: block; font: inherit; width: 100%; margin: .3em 0 1em }
button { font: inherit; padding: .4em 1em }
`;

const served = (type: string, text: string): Resource => ({
  GET: (c) => c.body(text, 200, { "content-type": `${type}; charset=utf-8` }),
});
export const resetPasswordScript = served("text/javascript", SCRIPT);
export const resetPasswordStyle = served("text/css", STYLE);
