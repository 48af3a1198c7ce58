import { endpoint, type Resource, type Resources } from "../endpoint.ts";
import { redirect } from "../respond.ts";
import { formPage } from "./form-page.ts";

/** The target of the link in a reset mail. */
const resetPages = formPage("/reset_password", {
  id: "resetPasswordPage",
  title: "Choose a new password",
  summary: "The page that a reset mail leads to",
  description: "Opening it uses up no link: mail scanners open links.",
  fields: `<label>Of <input type="email" autocomplete="username" readonly /></label>
    <label>New password <input type="password" autocomplete="new-password" required /></label>`,
  button: "Change it",
  script: `
const [email, password] = form.querySelectorAll("input");
email.value = secrets.get("email") ?? "";
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const reset_token = secrets.get("token") ?? "";
  void call({ email: email.value, reset_token, new_password: password.value });
});
`,
});

/**
 * The target of the link in a verification mail. Without password or session, the user sets a new
 * one.
 */
const verificationPages = formPage("/email_verification", {
  id: "emailVerificationPage",
  title: "Confirm your e-mail address",
  summary: "The page that a verification mail leads to",
  description: "Opening it uses up no link: mail scanners open links.",
  fields: `<label>Your password, if you have one and are not logged in here
      <input type="password" autocomplete="current-password" /></label>`,
  button: "Confirm",
  script: `
const [password] = form.querySelectorAll("input");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = secrets.get("token") ?? "";
  const said = await call({ token, ...(password.value && { password: password.value }) });
  if (!said?.reset_token) return;
  const next = new URLSearchParams({ email: said.email, token: said.reset_token });
  location.assign(document.documentElement.dataset.base + "/reset_password#" + next);
});
`,
});

/** The target of `/.well-known/change-password`. */
const passwordPages = formPage("/profile/password", {
  id: "changePasswordPage",
  title: "Change your password",
  summary: "The page on which a user who is logged in changes the password",
  description: "Password managers lead here.",
  fields: `<label>Current password <input type="password" autocomplete="current-password" required /></label>
    <label>New password <input type="password" autocomplete="new-password" required /></label>`,
  button: "Change it",
  script: `
const [current, next] = form.querySelectorAll("input");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void call({ current_password: current.value, new_password: next.value });
});
`,
});

export const pages: Resources = { ...resetPages, ...verificationPages, ...passwordPages };

/** For password managers (W3C, A Well-Known URL for Changing Passwords). */
export const changePasswordResource: Resource = {
  GET: endpoint({
    id: "whereToChangePassword",
    tag: "Pages",
    summary: "Leads to the page on which the user changes the password",
    description: "W3C, A Well-Known URL for Changing Passwords.",
    responses: {
      found: { status: 302, description: "Always leads there.", location: "/profile/password" },
    },
    handle: (c) => redirect(c, "/profile/password"),
  }),
};
