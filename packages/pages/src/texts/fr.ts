import type { Texts } from "./en.ts";

export const fr: Texts = {
  languageName: "Français",
  skipToContent: "Aller au contenu",
  language: "Langue",
  changeLanguage: "Changer",
  problemTitle: "Il y a un problème",
  email: "Adresse e-mail",
  password: "Mot de passe",
  newPassword: "Nouveau mot de passe",
  currentPassword: "Mot de passe actuel",
  showPassword: "Afficher le mot de passe",
  hidePassword: "Masquer le mot de passe",
  passwordHint:
    "Au moins {minimum} caractères. Quelques mots que vous seul mettriez ensemble conviennent bien.",
  back: "Retour à votre compte",
  toLogIn: "Se connecter",
  toRegister: "Créer un compte",

  homeTitle: "Bienvenue",
  homeText: "Ici, vous créez un compte, vous vous connectez et vous gérez votre compte.",
  homeLoggedIn: "Vous êtes connecté en tant que {email}.",
  homeAccount: "Votre compte",
  homeOperators: "Pour développeurs et exploitants",
  homeDocs: "Toutes les routes de ce service",
  homeMail: "Les mails que ce service aurait envoyés",
  homeHealth: "Ce qui fonctionne maintenant",
  homeRuns: "{name} tourne en mode {mode}, avec la politique {policy}.",

  docsSearch: "Trouver une route",
  docsNone: "Aucune route ne contient ces mots.",
  docsSession: "Demande une session.",
  docsOptional: "facultatif",
  mailText: "Ce service n’envoie pas de mails. Voici les derniers qu’il aurait envoyés.",
  mailNone: "Ce service n’envoie pas de mails, et n’en aurait encore envoyé aucun.",
  mailTo: "À",
  mailAsText: "En texte",
  mailPreview: "Chaque mail, avec des valeurs d’exemple",
  mailPreviewText: "Voici chaque mail dans votre langue. Leurs liens n’ouvrent rien.",

  logInTitle: "Se connecter",
  logInButton: "Se connecter",
  rememberMe: "Rester connecté sur cet appareil",
  forgotLink: "Mot de passe oublié ?",
  noAccount: "Pas encore de compte ?",
  logInFirst: "Connectez-vous d’abord, vous y serez conduit ensuite.",

  registerTitle: "Créer un compte",
  registerButton: "Créer le compte",
  haveAccount: "Vous avez déjà un compte ?",

  checkMailTitle: "Consultez vos mails",
  checkMailRegistration:
    "Nous avons envoyé un mail à cette adresse. Suivez son lien pour la confirmer.",
  checkMailReset: "S’il existe un compte avec cette adresse, un mail avec un lien est en route.",
  checkMailEmail:
    "Nous avons envoyé un mail à la nouvelle adresse. Rien ne change avant que vous suiviez son lien.",
  checkMailAgain:
    "Si cette adresse attend d’être confirmée, un mail avec un nouveau lien est en route.",
  checkMailNothing:
    "Pas de mail après quelques minutes ? Regardez dans les indésirables ou redemandez-le.",
  askAgain: "Demander un nouveau mail",

  forgotTitle: "Mot de passe oublié",
  forgotText:
    "Indiquez votre adresse, et nous vous envoyons un lien pour choisir un nouveau mot de passe.",
  forgotButton: "Envoyer le lien",

  linkTitle: "Ouvrir le lien",
  linkText: "Copiez dans ce champ le lien du mail, ou le code qui le suit.",
  linkField: "Lien ou code du mail",
  linkButton: "Continuer",
  linkInvalidTitle: "Ce lien ne fonctionne plus",
  linkInvalidText:
    "Les liens servent une seule fois, pendant peu de temps. Vous pouvez en avoir un nouveau.",

  resetTitle: "Choisir un nouveau mot de passe",
  resetText: "Cela met fin à toutes les sessions de ce compte, sur tous les appareils.",
  resetCleared:
    "Votre adresse est confirmée. Le mot de passe avait été choisi avant de savoir à qui est l’adresse, il ne compte donc pas : choisissez-en un nouveau.",
  resetButton: "Enregistrer le nouveau mot de passe",

  confirmTitle: "Confirmer votre adresse",
  confirmText: "Saisissez le mot de passe choisi lors de l’inscription.",
  confirmForgotten:
    "Vous ne vous en souvenez pas ? Laissez le champ vide. Vous en choisirez un nouveau.",
  confirmButton: "Confirmer",

  againTitle: "Un nouveau lien de confirmation",
  againButton: "Envoyer le lien",

  accountTitle: "Votre compte",
  accountEmail: "Votre adresse e-mail",
  accountVerified: "confirmée",
  accountUnverified: "pas encore confirmée",
  changeEmail: "Changer l’adresse",
  changePassword: "Changer le mot de passe",
  yourSessions: "Vos sessions",
  yourData: "Vos données",
  downloadData: "Télécharger mes données",
  downloadText: "Tout ce qui est enregistré sur vous, dans un fichier (JSON).",
  deleteAccount: "Supprimer mon compte",
  logOut: "Se déconnecter",

  emailTitle: "Changer votre adresse e-mail",
  emailText:
    "Vous recevez un mail à la nouvelle adresse. Quand vous suivez son lien, toutes les sessions prennent fin.",
  newEmail: "Nouvelle adresse e-mail",
  emailButton: "Changer",

  passwordTitle: "Changer votre mot de passe",
  passwordText: "Toutes les autres sessions prennent fin. Ici, vous restez connecté.",
  passwordButton: "Changer",

  sessionsTitle: "Vos sessions",
  sessionsText:
    "Là où vous êtes connecté. Mettez fin à ce que vous ne connaissez pas, puis changez de mot de passe.",
  sessionHere: "Cette session",
  sessionDevice: "{browser} sous {system}",
  sessionPlaceHere: "cette machine",
  sessionPlacePrivate: "{network}, un réseau privé",
  sessionPlace: "Réseau",
  sessionSeen: "Dernière utilisation",
  sessionSince: "Depuis",
  sessionUnknown: "inconnu",
  endSession: "Mettre fin à cette session",
  endOthers: "Mettre fin à toutes les autres sessions",

  deleteTitle: "Supprimer votre compte",
  deleteText:
    "Le compte est supprimé aussitôt, avec tout ce qui est enregistré sur vous. Il ne revient pas.",
  deleteButton: "Supprimer pour toujours",

  doneLoggedOut: "Vous êtes déconnecté.",
  doneRegistered: "Votre compte est créé. Vous pouvez vous connecter.",
  donePassword: "Votre mot de passe a été changé, et toutes les autres sessions ont pris fin.",
  doneReset: "Votre nouveau mot de passe est valable. Connectez-vous avec lui.",
  doneConfirmed: "Votre adresse est confirmée. Vous pouvez vous connecter.",
  doneEmail: "Votre adresse a été changée. Connectez-vous désormais avec la nouvelle.",
  doneSession: "La session a pris fin.",
  doneOthers: "Toutes les autres sessions ont pris fin.",
  doneAllSessions: "Toutes les sessions ont pris fin. Reconnectez-vous.",
  doneDeleted: "Votre compte a été supprimé, avec tout ce qui était enregistré sur vous.",

  errorTitle: "Cela n’a pas fonctionné",
  errorNotFound: "Cette page n’existe pas.",
  errorUnavailable: "Le service est saturé ou en réparation. Réessayez dans un instant.",
  errorTooMany: "Trop de tentatives. Réessayez dans {minutes} minutes.",
  errorMade:
    "Votre changement a été fait ; ne le répétez pas. Les sessions qu’il termine vivent peut-être encore un instant.",
  errorCrossSite: "Ce formulaire venait d’un autre site. Rien n’a été changé.",
  errorMisdirected: "Ce service n’est pas configuré pour cette adresse.",
  errorOther: "Un problème inattendu s’est produit. Il a été noté.",

  credentialsInvalid: "L’adresse ou le mot de passe est faux.",
  credentialsOrConfirmation:
    "L’adresse ou le mot de passe est faux, ou l’adresse n’est pas encore confirmée.",
  emailInvalid: "Saisissez une adresse telle que ada@example.com.",
  emailTaken: "Il existe déjà un compte avec cette adresse.",
  emailUnknown: "Il n’existe pas de compte avec cette adresse.",
  registrationClosed: "Seul l’exploitant crée de nouveaux comptes. Demandez-lui en un.",
  passwordBreached:
    "Ce mot de passe figure dans une liste de mots de passe volés, essayés en premier par les attaquants.",
  passwordCommon:
    "C’est l’un des mots de passe les plus utilisés, essayés en premier par les attaquants.",
  passwordEasy: "Il ressemble trop à votre adresse ou au nom de ce service.",
  passwordLong: "72 octets au plus : 72 lettres sans accents, moins avec.",
  passwordMalformed: "Il contient des caractères qui ne sont pas du texte.",
  passwordMissing: "Saisissez un mot de passe.",
  passwordRequired: "Saisissez votre mot de passe actuel : votre connexion date un peu.",
  passwordShort: "Au moins {minimum} caractères. Le vôtre en a {length}.",
  passwordWrong: "Ce n’est pas votre mot de passe actuel.",
  linkMissing: "Saisissez le lien ou le code du mail.",
};
