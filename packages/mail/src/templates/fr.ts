import type { EmailTemplates } from "../email-templates.ts";
import { deviceInWords, timeInWords } from "../in-words.ts";

const language = "fr";
const NOTHING_TO_DO = "Si ce n’était pas vous, vous n’avez rien à faire.";

export const fr: EmailTemplates = {
  reset: ({ to, token, url, minutes }) => ({
    language,
    subject: "Réinitialiser votre mot de passe",
    greeting: [`Quelqu’un, vous sans doute, a demandé à réinitialiser le mot de passe de ${to}.`],
    action: { label: "Choisir un nouveau mot de passe", url },
    code: { label: "Le code de réinitialisation", value: token },
    closing: [
      `Il sert une fois, pendant ${minutes === 1 ? "une minute" : `${minutes} minutes`} après la demande.`,
      "Si vous ne l’avez pas demandé, vous n’avez rien à faire.",
    ],
  }),

  verifyAddress: ({ to, token, url }) => ({
    language,
    subject: "Confirmer votre adresse e-mail",
    greeting: [`Quelqu’un, vous sans doute, s’est inscrit avec l’adresse ${to}.`],
    action: { label: "Confirmer cette adresse", url },
    code: { label: "Le code", value: token },
    closing: [NOTHING_TO_DO],
  }),

  verifyNewAddress: ({ to, token, url }) => ({
    language,
    subject: "Confirmer votre nouvelle adresse e-mail",
    greeting: [`Quelqu’un, vous sans doute, veut que ${to} soit l’adresse de son compte.`],
    action: { label: "Confirmer cette adresse", url },
    code: { label: "Le code", value: token },
    closing: [
      "Rien ne change avant la confirmation. Ensuite, toutes les sessions prennent fin.",
      NOTHING_TO_DO,
    ],
  }),

  addressChangeRequested: ({ to }) => ({
    language,
    subject: "Votre adresse e-mail va être changée",
    greeting: [`Une nouvelle adresse a été demandée pour le compte dont l’adresse est ${to}.`],
    closing: [
      "Rien ne change avant que la nouvelle adresse soit confirmée.",
      "Si ce n’était pas vous, changez votre mot de passe maintenant : cela met fin à toutes les sessions et à la demande.",
    ],
  }),

  accountDeleted: ({ to }) => ({
    language,
    subject: "Votre compte a été supprimé",
    greeting: [`Le compte dont l’adresse est ${to} a été supprimé, avec toutes ses données.`],
    closing: ["Si ce n’était pas vous, contactez l’exploitant de ce service."],
  }),

  passwordChanged: ({ to }) => ({
    language,
    subject: "Votre mot de passe a été changé",
    greeting: [`Le mot de passe de ${to} a été changé, et toutes les sessions ont pris fin.`],
    closing: ["Si ce n’était pas vous, réinitialisez votre mot de passe maintenant."],
  }),

  newDevice: ({ to, device, at }) => ({
    language,
    subject: "Connexion depuis un nouvel appareil",
    greeting: [
      `Une connexion au compte ${to} a eu lieu depuis un nouvel appareil : ${deviceInWords(device, "sous", "inconnu")}, ` +
        `le ${timeInWords(at, language)} (UTC).`,
    ],
    closing: [
      "Si ce n’était pas vous, réinitialisez votre mot de passe maintenant : cela met fin à toutes les sessions.",
    ],
  }),

  addressChanged: ({ to }) => ({
    language,
    subject: "Votre adresse e-mail a été changée",
    greeting: [`Le compte dont l’adresse était ${to} a maintenant une autre adresse.`],
    closing: ["Si ce n’était pas vous, contactez l’exploitant de ce service."],
  }),

  registrationAttempted: ({ to }) => ({
    language,
    subject: "Vous avez déjà un compte",
    greeting: [`Quelqu’un, peut-être vous, a voulu créer un compte avec ${to}, qui en a déjà un.`],
    closing: [
      "Si c’était vous, connectez-vous, ou réinitialisez votre mot de passe si vous l’avez oublié.",
      "Si ce n’était pas vous, vous n’avez rien à faire. La réponse n’a pas révélé que vous avez un compte.",
    ],
  }),
};
