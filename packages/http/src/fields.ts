import { z } from "zod";

/** What fields and answers are made of, each described once. */
export const email = z.string().meta({
  description: "An e-mail address, as it is given.",
  examples: ["bob@example.com"],
});
export const password = z.string().meta({ examples: ["MyPwdOfBob"] });
export const newPassword = z.string().meta({
  description: "By the policy's rules; 72 bytes of UTF-8 at the most.",
  examples: ["another tortoise"],
});
export const currentPassword = z.string().optional().meta({
  description: "The password as it is. Needed, unless the log-in is quite new.",
});
export const resetToken = z.string().meta({
  description: "From a reset mail, or from an answer under open disclosure.",
});
export const time = z.iso.datetime();
export const id = z.uuid();

/** `{"email", "message"}`, as the course answers. */
export const said = (message: string) => z.strictObject({ email, message: z.literal(message) });

const YES = new Set(["true", "on", "1", "yes"]);

/** A choice: a check box of a form, or a boolean. */
export const choice = z
  .union([z.boolean(), z.enum(["true", "on", "1", "yes", "false", "off", "0", "no", ""])])
  .optional();
export const isChosen = (given: boolean | string | undefined): boolean =>
  given === true || YES.has(String(given));
