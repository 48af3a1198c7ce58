import type { EmailTemplates } from "../email-templates.ts";
import { timeInWords } from "../in-words.ts";

const language = "en";

export const en: EmailTemplates = {
  reset: ({ to, token, url, minutes }) => ({
    language,
    subject: "Reset your password",
    greeting: [`Somebody, we hope you, asked to reset the password of ${to}.`],
    action: { label: "Choose a new password", url },
    code: { label: "The reset token", value: token },
    closing: [
      `It works once, for ${minutes === 1 ? "a minute" : `${minutes} minutes`} after it was asked for.`,
      "If you did not ask for it, there is nothing you need to do.",
    ],
  }),

  verifyAddress: ({ to, token, url }) => ({
    language,
    subject: "Confirm your e-mail address",
    greeting: [`Somebody, we hope you, registered with the address ${to}.`],
    action: { label: "Confirm this address", url },
    code: { label: "The token", value: token },
    closing: ["If that was not you, there is nothing you need to do."],
  }),

  verifyNewAddress: ({ to, token, url }) => ({
    language,
    subject: "Confirm your new e-mail address",
    greeting: [`Somebody, we hope you, wants ${to} to be the address of their account.`],
    action: { label: "Confirm this address", url },
    code: { label: "The token", value: token },
    closing: [
      "Nothing changes until it is confirmed. Then every session ends.",
      "If that was not you, there is nothing you need to do.",
    ],
  }),

  addressChangeRequested: ({ to }) => ({
    language,
    subject: "Your e-mail address is to be changed",
    greeting: [`A new address was requested for the account with the address ${to}.`],
    closing: [
      "Nothing changes until the new address is confirmed.",
      "If that was not you, change your password now: it ends every session, and the request.",
    ],
  }),

  accountDeleted: ({ to }) => ({
    language,
    subject: "Your account was deleted",
    greeting: [`The account with the address ${to} was deleted, with all its data.`],
    closing: ["If that was not you, contact the operator of this service."],
  }),

  passwordChanged: ({ to }) => ({
    language,
    subject: "Your password was changed",
    greeting: [`The password of ${to} was changed, and every session was ended.`],
    closing: ["If that was not you, reset your password now."],
  }),

  newDevice: ({ to, device, at }) => ({
    language,
    subject: "A log-in from a new device",
    greeting: [
      `There was a log-in as ${to} with a new device: ${device}, ` +
        `on ${timeInWords(at, "en-GB")} (UTC).`,
    ],
    closing: ["If that was not you, reset your password now: it ends every session."],
  }),

  addressChanged: ({ to }) => ({
    language,
    subject: "Your e-mail address was changed",
    greeting: [`The account with the address ${to} now has another address.`],
    closing: ["If that was not you, contact the operator of this service."],
  }),

  registrationAttempted: ({ to }) => ({
    language,
    subject: "You have an account already",
    greeting: [`Somebody, perhaps you, wanted to have an account with ${to}, which has one.`],
    closing: [
      "If it was you, log in, or reset your password if you have forgotten it.",
      "If it was not you, you need to do nothing. The answer did not tell that you have an account.",
    ],
  }),
};
