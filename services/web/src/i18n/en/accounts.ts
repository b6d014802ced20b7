import { plural } from "@/i18n/intl";

export const accounts = {
  /** The page to which a link of an invitation or of a reset leads. */
  setPassword: {
    pageTitle: "Set your password · Followup",
    title: "Set your password",
    welcome: (name: string) => `Welcome, ${name}. With a password you can log in to Followup.`,
    reset: (name: string) => `Hello, ${name}. The new password takes the place of the old one, everywhere.`,
    looking: "Looking at your link…",
    email: "E-mail",
    password: "Password",
    passwordHelp: "12 characters or more; four words that have nothing to do with each other are good",
    again: "Password again",
    show: "Show both passwords",
    differs: "This is not the same as above.",
    save: "Set password and log in",
    useless: "This link cannot be used",
    uselessText:
      "It was used already, is out of date, was replaced by a newer one, or is not complete. If you have set your password with it, log in. Else ask an admin for a new link.",
    toLogIn: "Log in",
  },

  /** How admins let people log in. */
  access: {
    logIn: "Log-in",
    notIn: "Has no password yet and cannot log in.",
    invited: "Was invited {ago}; the link ends {end}. A new one takes its place.",
    invite: "Invite",
    inviteAgain: "Make a new invitation",
    forgotten: "Has forgotten their password? With a link they set a new one.",
    reset: "Make a reset link",
    sessions: (amount: number) =>
      plural(amount, { one: "Is logged in in one browser.", other: "Is logged in in # browsers." }),
    noSessions: "Is logged in nowhere.",
    logOut: "Log them out",
    askLogOut: (name: string) => `Log out ${name} everywhere?`,
    askLogOutText: "They can log in again. Programs with their API tokens go on working.",
    loggedOut: "Logged out everywhere",
    notLoggedOut: "They are still logged in",
    linkNotMade: "No link was made",
    linkFor: (name: string) => `Link for ${name}`,
    linkText: "Hand it to {name} and to nobody else. They set their password with it, once, and are logged in. The link ends {end}.",
    link: "Link",
    linkHelp: "It is not shown again. A newer one takes its place.",
    notYetIn: (amount: number) =>
      plural(amount, { one: "# person cannot log in yet.", other: "# people cannot log in yet." }),
    uninvited: (amount: number) =>
      plural(amount, { one: "# of them has no invitation.", other: "# of them have no invitation." }),
    allInvited: "All of them have an invitation.",
    inviteAll: "Invite them",
    inviteAllAgain: "Make new invitations",
    inviteTitle: (amount: number) => plural(amount, { one: "Invite # person", other: "Invite # people" }),
    inviteText:
      "You get a file with a link for each of them. Hand each link to its person and to nobody else: they set their password with it, once, and are logged in. The links work for 7 days; those that were made before no longer do.",
    inviteMost: (most: number) => `At most ${most} at once; those without an invitation come first.`,
    download: "Download the links",
    downloaded: "The links are in invitations.csv",
  },
};
