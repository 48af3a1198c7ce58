import type { Texts } from "./en.ts";

export const de: Texts = {
  languageName: "Deutsch",
  skipToContent: "Zum Inhalt springen",
  language: "Sprache",
  changeLanguage: "Ändern",
  problemTitle: "Es gibt ein Problem",
  email: "E-Mail-Adresse",
  password: "Passwort",
  newPassword: "Neues Passwort",
  currentPassword: "Aktuelles Passwort",
  showPassword: "Passwort zeigen",
  hidePassword: "Passwort verbergen",
  passwordHint:
    "Mindestens {minimum} Zeichen. Gut sind ein paar Wörter, die nur du zusammenstellst.",
  back: "Zurück zum Konto",
  toLogIn: "Anmelden",
  toRegister: "Konto anlegen",

  homeTitle: "Willkommen",
  homeText: "Hier legst du ein Konto an, meldest dich an und verwaltest dein Konto.",
  homeLoggedIn: "Du bist angemeldet als {email}.",
  homeAccount: "Dein Konto",
  homeOperators: "Für Entwickler und Betreiber",
  homeDocs: "Alle Routen dieses Dienstes",
  homeMail: "Mails, die dieser Dienst verschickt hätte",
  homeHealth: "Was gerade funktioniert",
  homeRuns: "{name} läuft im Modus {mode} mit der Richtlinie {policy}.",

  docsSearch: "Route finden",
  docsNone: "Keine Route enthält diese Wörter.",
  docsSession: "Braucht eine Sitzung.",
  docsOptional: "freiwillig",
  mailText: "Dieser Dienst verschickt keine Mails. Das sind die neuesten, die er verschickt hätte.",
  mailNone: "Dieser Dienst verschickt keine Mails und hätte auch noch keine verschickt.",
  mailTo: "An",
  mailAsText: "Als Text",
  mailPreview: "Jede Mail mit Beispielwerten",
  mailPreviewText: "So sieht jede Mail in deiner Sprache aus. Die Links darin öffnen nichts.",

  logInTitle: "Anmelden",
  logInButton: "Anmelden",
  rememberMe: "Auf diesem Gerät angemeldet bleiben",
  forgotLink: "Passwort vergessen?",
  noAccount: "Noch kein Konto?",
  logInFirst: "Melde dich zuerst an, dann geht es dorthin weiter.",

  registerTitle: "Konto anlegen",
  registerButton: "Konto anlegen",
  haveAccount: "Hast du schon ein Konto?",

  checkMailTitle: "Sieh in dein Postfach",
  checkMailRegistration:
    "Wir haben eine Mail an diese Adresse geschickt. Folge ihrem Link, um sie zu bestätigen.",
  checkMailReset:
    "Falls es ein Konto mit dieser Adresse gibt, ist eine Mail mit einem Link unterwegs.",
  checkMailEmail:
    "Wir haben eine Mail an die neue Adresse geschickt. Nichts ändert sich, bis du ihrem Link folgst.",
  checkMailAgain:
    "Falls diese Adresse auf Bestätigung wartet, ist eine Mail mit einem neuen Link unterwegs.",
  checkMailNothing:
    "Nach einigen Minuten keine Mail? Sieh im Spam-Ordner nach oder fordere sie noch einmal an.",
  askAgain: "Neue Mail anfordern",

  forgotTitle: "Passwort vergessen",
  forgotText: "Nenne uns deine Adresse, und wir schicken dir einen Link für ein neues Passwort.",
  forgotButton: "Link schicken",

  linkTitle: "Link öffnen",
  linkText: "Kopiere den Link aus der Mail oder den Code darunter in dieses Feld.",
  linkField: "Link oder Code aus der Mail",
  linkButton: "Weiter",
  linkInvalidTitle: "Dieser Link gilt nicht mehr",
  linkInvalidText: "Links gelten einmal und für kurze Zeit. Du kannst einen neuen bekommen.",

  resetTitle: "Neues Passwort wählen",
  resetText: "Damit endet jede Sitzung dieses Kontos, auf jedem Gerät.",
  resetCleared:
    "Deine Adresse ist bestätigt. Das Passwort wurde gewählt, bevor bekannt war, wem die Adresse gehört. Darum gilt es nicht: Wähle ein neues.",
  resetButton: "Neues Passwort speichern",

  confirmTitle: "Adresse bestätigen",
  confirmText: "Gib das Passwort ein, das du bei der Registrierung gewählt hast.",
  confirmForgotten: "Du weißt es nicht mehr? Lass das Feld leer. Dann wählst du ein neues.",
  confirmButton: "Bestätigen",

  againTitle: "Neuer Link zur Bestätigung",
  againButton: "Link schicken",

  accountTitle: "Dein Konto",
  accountEmail: "Deine E-Mail-Adresse",
  accountVerified: "bestätigt",
  accountUnverified: "noch nicht bestätigt",
  changeEmail: "Adresse ändern",
  changePassword: "Passwort ändern",
  yourSessions: "Deine Sitzungen",
  yourData: "Deine Daten",
  downloadData: "Meine Daten herunterladen",
  downloadText: "Alles, was über dich gespeichert ist, als Datei (JSON).",
  deleteAccount: "Mein Konto löschen",
  logOut: "Abmelden",

  emailTitle: "E-Mail-Adresse ändern",
  emailText:
    "Du bekommst eine Mail an die neue Adresse. Wenn du ihrem Link folgst, endet jede Sitzung.",
  newEmail: "Neue E-Mail-Adresse",
  emailButton: "Ändern",

  passwordTitle: "Passwort ändern",
  passwordText: "Jede andere Sitzung endet. Hier bleibst du angemeldet.",
  passwordButton: "Ändern",

  sessionsTitle: "Deine Sitzungen",
  sessionsText:
    "Hier bist du angemeldet. Beende, was du nicht kennst, und ändere dann dein Passwort.",
  sessionHere: "Diese Sitzung",
  sessionDevice: "{browser} unter {system}",
  sessionPlaceHere: "dieser Rechner",
  sessionPlacePrivate: "{network}, ein privates Netz",
  sessionPlace: "Netz",
  sessionSeen: "Zuletzt benutzt",
  sessionSince: "Seit",
  sessionUnknown: "unbekannt",
  endSession: "Diese Sitzung beenden",
  endOthers: "Alle anderen Sitzungen beenden",

  deleteTitle: "Konto löschen",
  deleteText:
    "Das Konto wird sofort gelöscht, mit allem, was über dich gespeichert ist. Es kommt nicht zurück.",
  deleteButton: "Für immer löschen",

  doneLoggedOut: "Du bist abgemeldet.",
  doneRegistered: "Dein Konto ist da. Du kannst dich jetzt anmelden.",
  donePassword: "Dein Passwort wurde geändert, und jede andere Sitzung ist beendet.",
  doneReset: "Dein neues Passwort gilt. Melde dich damit an.",
  doneConfirmed: "Deine Adresse ist bestätigt. Du kannst dich jetzt anmelden.",
  doneEmail: "Deine Adresse wurde geändert. Melde dich künftig mit der neuen an.",
  doneSession: "Die Sitzung ist beendet.",
  doneOthers: "Alle anderen Sitzungen sind beendet.",
  doneAllSessions: "Alle Sitzungen sind beendet. Melde dich neu an.",
  doneDeleted: "Dein Konto wurde gelöscht, mit allem, was über dich gespeichert war.",

  errorTitle: "Das hat nicht geklappt",
  errorNotFound: "Diese Seite gibt es nicht.",
  errorUnavailable:
    "Der Dienst ist überlastet oder wird repariert. Versuche es gleich noch einmal.",
  errorTooMany: "Zu viele Versuche. Versuche es in {minutes} Minuten noch einmal.",
  errorMade:
    "Deine Änderung wurde gemacht; wiederhole sie nicht. Sitzungen, die damit enden, leben vielleicht noch einen Moment.",
  errorCrossSite: "Dieses Formular kam von einer anderen Website. Nichts wurde geändert.",
  errorMisdirected: "Dieser Dienst ist für diese Adresse nicht eingerichtet.",
  errorOther: "Etwas Unerwartetes ist geschehen. Es wurde vermerkt.",

  credentialsInvalid: "Adresse oder Passwort ist falsch.",
  credentialsOrConfirmation:
    "Adresse oder Passwort ist falsch, oder die Adresse ist noch nicht bestätigt.",
  emailInvalid: "Gib eine Adresse ein, zum Beispiel ada@example.com.",
  emailTaken: "Es gibt schon ein Konto mit dieser Adresse.",
  emailUnknown: "Es gibt kein Konto mit dieser Adresse.",
  registrationClosed: "Neue Konten legt nur der Betreiber an. Frage dort nach einem.",
  passwordBreached:
    "Dieses Passwort steht in einer Liste gestohlener, die Angreifer zuerst versuchen.",
  passwordCommon: "Das ist eines der häufigsten Passwörter, die Angreifer zuerst versuchen.",
  passwordEasy: "Das ähnelt deiner Adresse oder dem Namen dieses Dienstes zu sehr.",
  passwordLong: "Höchstens 72 Bytes: 72 Buchstaben ohne Umlaute, mit ihnen weniger.",
  passwordMalformed: "Das enthält Zeichen, die kein Text sind.",
  passwordMissing: "Gib ein Passwort ein.",
  passwordRequired: "Gib dein aktuelles Passwort ein: Deine Anmeldung ist eine Weile her.",
  passwordShort: "Mindestens {minimum} Zeichen. Deines hat {length}.",
  passwordWrong: "Das ist nicht dein aktuelles Passwort.",
  linkMissing: "Gib den Link oder den Code aus der Mail ein.",
};
