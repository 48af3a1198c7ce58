import { html } from "hono/html";
import type { Html } from "./layout.ts";
import type { Texts } from "./texts/en.ts";
import { say, type Visit } from "./visit.ts";

/** What is wrong with fields, by their name. `""`: with all of them together. */
export type FieldErrors = Readonly<Record<string, string>>;

interface Field {
  readonly name: string;
  readonly label: keyof Texts;
  readonly type?: "text" | "email" | "password";
  /** How password managers know it (HTML, autofill field names). */
  readonly autocomplete: string;
  readonly value?: string;
  readonly hint?: string;
  readonly isOptional?: boolean;
}

/** A labelled field, with its hint and its error, which a screen reader reads with it. */
export function field(visit: Visit, errors: FieldErrors, given: Field): Html {
  const { name, label, type = "text", autocomplete, value = "", hint, isOptional } = given;
  const error = errors[name];
  const isFirst = Object.keys(errors).find((one) => one !== "") === name;
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for="${name}">${visit.texts[label]}</label>
    ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ""}
    ${error ? html`<p class="error" id="${name}-error">${error}</p>` : ""}
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      value="${type === "password" ? "" : value}"
      autocomplete="${autocomplete}"
      ${type === "email" ? html`inputmode="email" autocapitalize="none" spellcheck="false"` : ""}
      ${type === "password" ? html`data-shows="${visit.texts.showPassword}" data-hides="${visit.texts.hidePassword}"` : ""}
      ${described ? html`aria-describedby="${described}"` : ""}
      ${error ? html`aria-invalid="true"` : ""}
      ${isFirst ? "autofocus" : ""}
      ${isOptional ? "" : "required"}
    />
  </div>`;
}

export const emailField = (visit: Visit, errors: FieldErrors, value: string): Html =>
  field(visit, errors, {
    name: "email",
    label: "email",
    type: "email",
    autocomplete: "username",
    value,
  });

/** Tells password managers whose password a form is about. Nobody needs to read it. */
export const usernameOf = (email: string): Html =>
  html`<input
    class="away"
    type="email"
    name="username"
    value="${email}"
    autocomplete="username"
    tabindex="-1"
    aria-hidden="true"
    readonly
  />`;

export const newPasswordField = (visit: Visit, errors: FieldErrors, name: string): Html =>
  field(visit, errors, {
    name,
    label: name === "password" ? "password" : "newPassword",
    type: "password",
    autocomplete: "new-password",
    // The course's policy asks for one character, which nobody needs to be told.
    ...(minimumOf(visit) > 1 && {
      hint: say(visit, "passwordHint", { minimum: minimumOf(visit) }),
    }),
  });

/** Optional: after a recent log-in the service asks for none. */
export const currentPasswordField = (visit: Visit, errors: FieldErrors): Html =>
  field(visit, errors, {
    name: "current_password",
    label: "currentPassword",
    type: "password",
    autocomplete: "current-password",
    isOptional: true,
  });

export const minimumOf = ({ options }: Visit): number => options.policy.password.minCodePoints;

/** The errors once more, on top, each with a link to its field. */
export function summary({ texts }: Visit, errors: FieldErrors): Html | string {
  const entries = Object.entries(errors);
  if (entries.length === 0) return "";
  return html`<div class="problem" role="alert">
    <h2>${texts.problemTitle}</h2>
    <ul>
      ${entries.map(([name, text]) =>
        name === "" ? html`<li>${text}</li>` : html`<li><a href="#${name}">${text}</a></li>`,
      )}
    </ul>
  </div>`;
}
