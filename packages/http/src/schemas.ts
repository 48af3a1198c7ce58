import { z } from "zod";

/** The schemas that requests and responses share, each described once. */
export const email = z.string().meta({
  description: "An e-mail address.",
  examples: ["bob@example.com"],
});
export const password = z.string().meta({ examples: ["MyPwdOfBob"] });
export const newPassword = z.string().meta({
  description: "Must pass the password policy; at most 72 bytes of UTF-8.",
  examples: ["another tortoise"],
});
export const currentPassword = z.string().optional().meta({
  description: "The current password. Required, unless the log-in is recent.",
});
export const resetToken = z.string().meta({
  description: "From a reset mail, or from an answer under open disclosure.",
});
export const language = z.string().meta({
  description: "A BCP 47 language tag.",
  examples: ["de"],
});
export const time = z.iso.datetime();
export const id = z.uuid();

/** The body `{"email", "message"}`, as in the course. */
export const messageBody = (message: string) =>
  z.strictObject({ email, message: z.literal(message) });

const YES = new Set(["true", "on", "1", "yes"]);

/** A check box of a form, or a boolean. */
export const choice = z
  .union([z.boolean(), z.enum(["true", "on", "1", "yes", "false", "off", "0", "no", ""])])
  .optional();
export const isChosen = (given: boolean | string | undefined): boolean =>
  given === true || YES.has(String(given));
