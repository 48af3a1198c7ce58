import type { Texts } from "./en.ts";

export const es: Texts = {
  languageName: "Español",
  skipToContent: "Ir al contenido",
  language: "Idioma",
  changeLanguage: "Cambiar",
  problemTitle: "Hay un problema",
  email: "Correo electrónico",
  password: "Contraseña",
  newPassword: "Contraseña nueva",
  currentPassword: "Contraseña actual",
  showPassword: "Mostrar la contraseña",
  hidePassword: "Ocultar la contraseña",
  passwordHint: "Al menos {minimum} caracteres. Sirven bien unas palabras que solo tú juntarías.",
  back: "Volver a tu cuenta",
  toLogIn: "Iniciar sesión",
  toRegister: "Crear una cuenta",

  homeTitle: "Te damos la bienvenida",
  homeText: "Aquí creas una cuenta, inicias sesión y cuidas de tu cuenta.",
  homeLoggedIn: "Has iniciado sesión como {email}.",
  homeAccount: "Tu cuenta",
  homeOperators: "Para desarrolladores y operadores",
  homeDocs: "Todas las rutas de este servicio",
  homeMail: "Los correos que este servicio habría enviado",
  homeHealth: "Qué funciona ahora",
  homeRuns: "{name} funciona en modo {mode}, con la política {policy}.",

  logInTitle: "Iniciar sesión",
  logInButton: "Iniciar sesión",
  rememberMe: "Mantener la sesión en este dispositivo",
  forgotLink: "¿Has olvidado tu contraseña?",
  noAccount: "¿Aún no tienes cuenta?",
  logInFirst: "Inicia sesión primero y después llegarás allí.",

  registerTitle: "Crear una cuenta",
  registerButton: "Crear la cuenta",
  haveAccount: "¿Ya tienes una cuenta?",

  checkMailTitle: "Mira tu correo",
  checkMailRegistration:
    "Hemos enviado un correo a esta dirección. Sigue su enlace para confirmarla.",
  checkMailReset: "Si hay una cuenta con esta dirección, un correo con un enlace está en camino.",
  checkMailEmail:
    "Hemos enviado un correo a la dirección nueva. Nada cambia hasta que sigas su enlace.",
  checkMailAgain:
    "Si esta dirección espera confirmación, un correo con un enlace nuevo está en camino.",
  checkMailNothing:
    "¿Ningún correo tras unos minutos? Mira en la carpeta de spam o pídelo otra vez.",
  askAgain: "Pedir otro correo",

  forgotTitle: "Contraseña olvidada",
  forgotText: "Dinos tu dirección y te enviaremos un enlace para elegir una contraseña nueva.",
  forgotButton: "Enviar el enlace",

  linkTitle: "Abrir el enlace",
  linkText: "Copia en este campo el enlace del correo, o el código que lo sigue.",
  linkField: "Enlace o código del correo",
  linkButton: "Continuar",
  linkInvalidTitle: "Este enlace ya no funciona",
  linkInvalidText: "Los enlaces sirven una vez y por poco tiempo. Puedes recibir uno nuevo.",

  resetTitle: "Elige una contraseña nueva",
  resetText: "Termina todas las sesiones de esta cuenta, en todos los dispositivos.",
  resetCleared:
    "Tu dirección está confirmada. La contraseña se eligió antes de saber de quién es la dirección, así que no vale: elige una nueva.",
  resetButton: "Guardar la contraseña nueva",

  confirmTitle: "Confirma tu dirección",
  confirmText: "Escribe la contraseña que elegiste al registrarte.",
  confirmForgotten: "¿No la recuerdas? Deja el campo vacío. Después eliges una nueva.",
  confirmButton: "Confirmar",

  againTitle: "Un enlace de confirmación nuevo",
  againButton: "Enviar el enlace",

  accountTitle: "Tu cuenta",
  accountEmail: "Tu correo electrónico",
  accountVerified: "confirmado",
  accountUnverified: "aún sin confirmar",
  changeEmail: "Cambiar la dirección",
  changePassword: "Cambiar la contraseña",
  yourSessions: "Tus sesiones",
  yourData: "Tus datos",
  downloadData: "Descargar mis datos",
  downloadText: "Todo lo que está guardado sobre ti, en un archivo (JSON).",
  deleteAccount: "Eliminar mi cuenta",
  logOut: "Cerrar sesión",

  emailTitle: "Cambiar tu correo electrónico",
  emailText:
    "Recibirás un correo en la dirección nueva. Cuando sigas su enlace, terminan todas las sesiones.",
  newEmail: "Correo electrónico nuevo",
  emailButton: "Cambiar",

  passwordTitle: "Cambiar tu contraseña",
  passwordText: "Terminan todas las demás sesiones. Aquí sigues dentro.",
  passwordButton: "Cambiar",

  sessionsTitle: "Tus sesiones",
  sessionsText:
    "Dónde has iniciado sesión. Termina lo que no conozcas y cambia después la contraseña.",
  sessionHere: "Esta sesión",
  sessionPlace: "Red",
  sessionSeen: "Último uso",
  sessionSince: "Desde",
  sessionUnknown: "desconocido",
  endSession: "Terminar esta sesión",
  endOthers: "Terminar todas las demás sesiones",

  deleteTitle: "Eliminar tu cuenta",
  deleteText: "La cuenta se elimina al momento, con todo lo que está guardado sobre ti. No vuelve.",
  deleteButton: "Eliminar para siempre",

  doneLoggedOut: "Has cerrado la sesión.",
  doneRegistered: "Tu cuenta está lista. Ya puedes iniciar sesión.",
  donePassword: "Tu contraseña ha cambiado y todas las demás sesiones han terminado.",
  doneReset: "Tu contraseña nueva ya vale. Inicia sesión con ella.",
  doneConfirmed: "Tu dirección está confirmada. Ya puedes iniciar sesión.",
  doneEmail: "Tu dirección ha cambiado. A partir de ahora, inicia sesión con la nueva.",
  doneSession: "La sesión ha terminado.",
  doneOthers: "Todas las demás sesiones han terminado.",
  doneAllSessions: "Todas las sesiones han terminado. Inicia sesión de nuevo.",
  doneDeleted: "Tu cuenta se ha eliminado, con todo lo que estaba guardado sobre ti.",

  errorTitle: "No ha funcionado",
  errorNotFound: "Esta página no existe.",
  errorUnavailable: "El servicio está saturado o en reparación. Inténtalo en un momento.",
  errorTooMany: "Demasiados intentos. Inténtalo de nuevo en {minutes} minutos.",
  errorMade:
    "Tu cambio está hecho; no lo repitas. Las sesiones que termina quizá vivan un momento más.",
  errorCrossSite: "Este formulario vino de otro sitio. No se ha cambiado nada.",
  errorMisdirected: "Este servicio no está configurado para esta dirección.",
  errorOther: "Ha ocurrido algo inesperado. Ha quedado anotado.",

  credentialsInvalid: "La dirección o la contraseña no es correcta.",
  credentialsOrConfirmation:
    "La dirección o la contraseña no es correcta, o la dirección aún no está confirmada.",
  emailInvalid: "Escribe una dirección como ada@example.com.",
  emailTaken: "Ya hay una cuenta con esta dirección.",
  emailUnknown: "No hay ninguna cuenta con esta dirección.",
  registrationClosed: "Solo el operador crea cuentas nuevas. Pídele una.",
  passwordBreached:
    "Esta contraseña está en una lista de robadas, que los atacantes prueban primero.",
  passwordCommon: "Es una de las contraseñas más usadas, que los atacantes prueban primero.",
  passwordEasy: "Se parece demasiado a tu dirección o al nombre de este servicio.",
  passwordLong: "72 bytes como máximo: 72 letras sin acentos, menos con ellos.",
  passwordMalformed: "Contiene caracteres que no son texto.",
  passwordMissing: "Escribe una contraseña.",
  passwordRequired: "Escribe tu contraseña actual: iniciaste sesión hace un rato.",
  passwordShort: "Al menos {minimum} caracteres. La tuya tiene {length}.",
  passwordWrong: "Esa no es tu contraseña actual.",
  linkMissing: "Escribe el enlace o el código del correo.",
};
