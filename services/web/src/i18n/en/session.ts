export const session = {
  logIn: {
    title: "Log in to Followup",
    pageTitle: "Log in · Followup",
    motto: "Every promised call, on time.",
    label: "Log in",
    email: "E-mail",
    password: "Password",
    with: (provider: string) => `Log in with ${provider}`,
    withInNewTab: (provider: string) => `Log in with ${provider} in a new tab`,
    againInNewTab: (provider: string) => `Log in again with ${provider} in a new tab`,
    wrong: "The e-mail address or the password is wrong. Check both and try again.",
    failed: "The log-in did not succeed. Try again.",
    forgotten: "Forgot your password, or have none yet? Ask an admin for a link with which you set one.",
  },

  /** When a log-in through the provider did not succeed: `/login?problem=...`. */
  logInProblems: {
    off: "Single sign-on is not set up here.",
    away: "The log-in provider does not answer. Try again in a moment.",
    elsewhere: "This log-in began in another browser or tab, or took too long. Try again.",
    cancelled: "The log-in provider did not let you in. Try again, or ask your administrator.",
    "not-valid": "What the log-in provider sent could not be verified. Try again; if it stays, tell your administrator.",
    "no-email": "The log-in provider did not tell your e-mail address. Ask your administrator.",
    unverified: "Your e-mail address is not verified at the log-in provider. Verify it there, then try again.",
    unknown: "Nobody here has your e-mail address. Ask your administrator to add you.",
    inactive: "Your account here is not active. Ask your administrator.",
    taken: "Your e-mail address belongs to another account of the log-in provider here. Ask your administrator.",
    "no-role": "The log-in provider gives you no role here. Ask your administrator.",
    "not-fresh":
      "The log-in provider did not ask you to log in again, or does not say so. Log out there, then try again.",
    "last-admin":
      "You are the last admin here, and the log-in provider gives you another role. Let another admin log in first.",
  },

  session: {
    ended: "Your session has ended",
    endedText: "Log in again to go on. What you have typed on the page is still there.",
    confirmTitle: "Confirm that it is you",
    confirmText:
      "This decides who can log in, what they may do and what they see, and you logged in more than 15 minutes ago.",
    password: "Your password",
    confirm: "Confirm",
    otherPerson: (name: string) => `You are now logged in as ${name} in another tab`,
    somebodyElse: "somebody else",
    otherPersonText: "This page still shows what belongs to {name}. Nothing more is sent from it: load it again to go on.",
  },
};
