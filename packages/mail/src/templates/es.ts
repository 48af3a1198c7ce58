import type { EmailTemplates } from "../email-templates.ts";
import { deviceInWords, timeInWords } from "../in-words.ts";

const language = "es";
const NOTHING_TO_DO = "Si no fuiste tú, no tienes que hacer nada.";

export const es: EmailTemplates = {
  reset: ({ to, token, url, minutes }) => ({
    language,
    subject: "Restablece tu contraseña",
    greeting: [`Alguien, esperamos que tú, pidió restablecer la contraseña de ${to}.`],
    action: { label: "Elegir una contraseña nueva", url },
    code: { label: "El código para restablecerla", value: token },
    closing: [
      `Sirve una vez, durante ${minutes === 1 ? "un minuto" : `${minutes} minutos`} desde que se pidió.`,
      "Si no lo pediste, no tienes que hacer nada.",
    ],
  }),

  verifyAddress: ({ to, token, url }) => ({
    language,
    subject: "Confirma tu dirección de correo",
    greeting: [`Alguien, esperamos que tú, se registró con la dirección ${to}.`],
    action: { label: "Confirmar esta dirección", url },
    code: { label: "El código", value: token },
    closing: [NOTHING_TO_DO],
  }),

  verifyNewAddress: ({ to, token, url }) => ({
    language,
    subject: "Confirma tu nueva dirección de correo",
    greeting: [`Alguien, esperamos que tú, quiere que ${to} sea la dirección de su cuenta.`],
    action: { label: "Confirmar esta dirección", url },
    code: { label: "El código", value: token },
    closing: [
      "Nada cambia hasta que se confirme. Después terminan todas las sesiones.",
      NOTHING_TO_DO,
    ],
  }),

  addressChangeRequested: ({ to }) => ({
    language,
    subject: "Se va a cambiar tu dirección de correo",
    greeting: [`Se pidió una dirección nueva para la cuenta con la dirección ${to}.`],
    closing: [
      "Nada cambia hasta que se confirme la dirección nueva.",
      "Si no fuiste tú, cambia tu contraseña ahora: eso termina todas las sesiones y anula la petición.",
    ],
  }),

  accountDeleted: ({ to }) => ({
    language,
    subject: "Tu cuenta se ha eliminado",
    greeting: [`La cuenta con la dirección ${to} se ha eliminado, con todos sus datos.`],
    closing: ["Si no fuiste tú, ponte en contacto con quien opera este servicio."],
  }),

  passwordChanged: ({ to }) => ({
    language,
    subject: "Tu contraseña ha cambiado",
    greeting: [`La contraseña de ${to} ha cambiado, y todas las sesiones han terminado.`],
    closing: ["Si no fuiste tú, restablece tu contraseña ahora."],
  }),

  newDevice: ({ to, device, at }) => ({
    language,
    subject: "Inicio de sesión con un dispositivo nuevo",
    greeting: [
      `Alguien inició sesión como ${to} con un dispositivo nuevo: ${deviceInWords(device, "en", "desconocido")}, ` +
        `el ${timeInWords(at, language)} (UTC).`,
    ],
    closing: ["Si no fuiste tú, restablece tu contraseña ahora: eso termina todas las sesiones."],
  }),

  addressChanged: ({ to }) => ({
    language,
    subject: "Tu dirección de correo ha cambiado",
    greeting: [`La cuenta con la dirección ${to} tiene ahora otra dirección.`],
    closing: ["Si no fuiste tú, ponte en contacto con quien opera este servicio."],
  }),

  registrationAttempted: ({ to }) => ({
    language,
    subject: "Ya tienes una cuenta",
    greeting: [`Alguien, quizá tú, quiso crear una cuenta con ${to}, que ya tiene una.`],
    closing: [
      "Si fuiste tú, inicia sesión, o restablece tu contraseña si la has olvidado.",
      "Si no fuiste tú, no tienes que hacer nada. La respuesta no reveló que tienes una cuenta.",
    ],
  }),
};
