import type { EmailTemplates } from "../email-templates.ts";
import { deviceInWords, timeInWords } from "../in-words.ts";

const language = "ar";
const NOTHING_TO_DO = "إن لم تكن أنت، فلا حاجة إلى فعل شيء.";

export const ar: EmailTemplates = {
  reset: ({ to, token, url, minutes }) => ({
    language,
    subject: "إعادة تعيين كلمة المرور",
    greeting: [`طلب أحدهم، ونرجو أن تكون أنت، إعادة تعيين كلمة المرور للحساب ${to}.`],
    action: { label: "اختيار كلمة مرور جديدة", url },
    code: { label: "رمز إعادة التعيين", value: token },
    closing: [
      `يعمل مرة واحدة خلال ${minutes === 1 ? "دقيقة" : `${minutes} دقيقة`} من طلبه.`,
      "إن لم تطلبه، فلا حاجة إلى فعل شيء.",
    ],
  }),

  verifyAddress: ({ to, token, url }) => ({
    language,
    subject: "تأكيد عنوان بريدك الإلكتروني",
    greeting: [`سجل أحدهم، ونرجو أن تكون أنت، بالعنوان ${to}.`],
    action: { label: "تأكيد هذا العنوان", url },
    code: { label: "الرمز", value: token },
    closing: [NOTHING_TO_DO],
  }),

  verifyNewAddress: ({ to, token, url }) => ({
    language,
    subject: "تأكيد عنوان بريدك الإلكتروني الجديد",
    greeting: [`يريد أحدهم، ونرجو أن تكون أنت، أن يكون ${to} عنوان حسابه.`],
    action: { label: "تأكيد هذا العنوان", url },
    code: { label: "الرمز", value: token },
    closing: ["لا يتغير شيء قبل التأكيد. وبعده تنتهي كل الجلسات.", NOTHING_TO_DO],
  }),

  addressChangeRequested: ({ to }) => ({
    language,
    subject: "طلب تغيير عنوان بريدك الإلكتروني",
    greeting: [`طُلب عنوان جديد للحساب ذي العنوان ${to}.`],
    closing: [
      "لا يتغير شيء حتى يؤكد العنوان الجديد.",
      "إن لم تكن أنت، فغير كلمة المرور الآن: ينهي ذلك كل الجلسات ويلغي الطلب.",
    ],
  }),

  accountDeleted: ({ to }) => ({
    language,
    subject: "حذف حسابك",
    greeting: [`حُذف الحساب ذو العنوان ${to} مع كل بياناته.`],
    closing: ["إن لم تكن أنت، فتواصل مع مشغل هذه الخدمة."],
  }),

  passwordChanged: ({ to }) => ({
    language,
    subject: "تغيير كلمة المرور",
    greeting: [`تغيرت كلمة المرور للحساب ${to} وانتهت كل الجلسات.`],
    closing: ["إن لم تكن أنت، فأعد تعيين كلمة المرور الآن."],
  }),

  newDevice: ({ to, device, at }) => ({
    language,
    subject: "تسجيل دخول من جهاز جديد",
    greeting: [
      `جرى تسجيل الدخول إلى الحساب ${to} من جهاز جديد: ${deviceInWords(device, "على", "غير معروف")}، ` +
        `${timeInWords(at, language)} (UTC).`,
    ],
    closing: ["إن لم تكن أنت، فأعد تعيين كلمة المرور الآن: ينهي ذلك كل الجلسات."],
  }),

  addressChanged: ({ to }) => ({
    language,
    subject: "تغيير عنوان بريدك الإلكتروني",
    greeting: [`للحساب الذي كان عنوانه ${to} الآن عنوان آخر.`],
    closing: ["إن لم تكن أنت، فتواصل مع مشغل هذه الخدمة."],
  }),

  registrationAttempted: ({ to }) => ({
    language,
    subject: "لديك حساب بالفعل",
    greeting: [`أراد أحدهم، وربما أنت، إنشاء حساب بالعنوان ${to}، وله حساب بالفعل.`],
    closing: [
      "إن كنت أنت، فسجل الدخول، أو أعد تعيين كلمة المرور إن نسيتها.",
      "إن لم تكن أنت، فلا حاجة إلى فعل شيء. لم يكشف الرد أن لديك حسابًا.",
    ],
  }),
};
