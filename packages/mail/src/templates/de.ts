import type { EmailTemplates } from "../email-templates.ts";
import { deviceInWords, timeInWords } from "../in-words.ts";

const language = "de";
const NOTHING_TO_DO = "Wenn du das nicht warst, musst du nichts tun.";

export const de: EmailTemplates = {
  reset: ({ to, token, url, minutes }) => ({
    language,
    subject: "Passwort zurücksetzen",
    greeting: [`Jemand, hoffentlich du, möchte das Passwort von ${to} zurücksetzen.`],
    action: { label: "Neues Passwort wählen", url },
    code: { label: "Der Code zum Zurücksetzen", value: token },
    closing: [
      `Er gilt einmal, ${minutes === 1 ? "eine Minute" : `${minutes} Minuten`} ab der Anforderung.`,
      "Wenn du ihn nicht angefordert hast, musst du nichts tun.",
    ],
  }),

  verifyAddress: ({ to, token, url }) => ({
    language,
    subject: "E-Mail-Adresse bestätigen",
    greeting: [`Jemand, hoffentlich du, hat sich mit der Adresse ${to} registriert.`],
    action: { label: "Diese Adresse bestätigen", url },
    code: { label: "Der Code", value: token },
    closing: [NOTHING_TO_DO],
  }),

  verifyNewAddress: ({ to, token, url }) => ({
    language,
    subject: "Neue E-Mail-Adresse bestätigen",
    greeting: [`Jemand, hoffentlich du, möchte ${to} als Adresse des eigenen Kontos verwenden.`],
    action: { label: "Diese Adresse bestätigen", url },
    code: { label: "Der Code", value: token },
    closing: [
      "Bis zur Bestätigung ändert sich nichts. Danach enden alle Sitzungen.",
      NOTHING_TO_DO,
    ],
  }),

  addressChangeRequested: ({ to }) => ({
    language,
    subject: "Deine E-Mail-Adresse soll geändert werden",
    greeting: [`Für das Konto mit der Adresse ${to} wurde eine neue Adresse angefordert.`],
    closing: [
      "Nichts ändert sich, bis die neue Adresse bestätigt ist.",
      "Wenn du das nicht warst, ändere jetzt dein Passwort: Das beendet alle Sitzungen und die Anforderung.",
    ],
  }),

  accountDeleted: ({ to }) => ({
    language,
    subject: "Dein Konto wurde gelöscht",
    greeting: [`Das Konto mit der Adresse ${to} wurde mit allen Daten gelöscht.`],
    closing: ["Wenn du das nicht warst, wende dich an den Betreiber dieses Dienstes."],
  }),

  passwordChanged: ({ to }) => ({
    language,
    subject: "Dein Passwort wurde geändert",
    greeting: [`Das Passwort von ${to} wurde geändert, und alle Sitzungen wurden beendet.`],
    closing: ["Wenn du das nicht warst, setze jetzt dein Passwort zurück."],
  }),

  newDevice: ({ to, device, at }) => ({
    language,
    subject: "Anmeldung mit einem neuen Gerät",
    greeting: [
      `Jemand hat sich als ${to} mit einem neuen Gerät angemeldet: ${deviceInWords(device, "unter", "unbekannt")}, ` +
        `${timeInWords(at, language)} (UTC).`,
    ],
    closing: [
      "Wenn du das nicht warst, setze jetzt dein Passwort zurück: Das beendet alle Sitzungen.",
    ],
  }),

  addressChanged: ({ to }) => ({
    language,
    subject: "Deine E-Mail-Adresse wurde geändert",
    greeting: [`Das Konto mit der Adresse ${to} hat jetzt eine andere Adresse.`],
    closing: ["Wenn du das nicht warst, wende dich an den Betreiber dieses Dienstes."],
  }),

  registrationAttempted: ({ to }) => ({
    language,
    subject: "Du hast schon ein Konto",
    greeting: [
      `Jemand, vielleicht du, wollte ein Konto mit ${to} anlegen, für die es schon eines gibt.`,
    ],
    closing: [
      "Wenn du es warst, melde dich an, oder setze dein Passwort zurück, wenn du es vergessen hast.",
      "Wenn du es nicht warst, musst du nichts tun. Die Antwort hat nicht verraten, dass du ein Konto hast.",
    ],
  }),
};
