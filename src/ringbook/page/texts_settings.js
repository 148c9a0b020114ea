// Every text of the settings and of the first start, by the part that shows it.

const dayAndTime = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const number = new Intl.NumberFormat("en");

/** A time to come, as the API writes it: Nov 28, 2026, 4:15 PM. */
export const untilOf = (text) => dayAndTime.format(new Date(text));
export const dayOf = (text) => day.format(new Date(text));

/** The name of a country by its two letters. */
const countries = new Intl.DisplayNames("en", { type: "region" });
export const countryOf = (code) => countries.of(code);
export const byName = new Intl.Collator("en").compare;

export const settings = {
  title: "Settings",
  parts: { you: "You", company: "Company", users: "Users", keys: "Access keys", webhooks: "Webhooks" },
  ownersOnly: "Users, access keys and webhooks are looked after by the owners of your company.",
  done: "Done",
  notSaved: "Not saved yet: please look at what is marked.",
  saved: "Saved",
  onlyOnce: "It is shown this once. Copy it now.",
  back: (title) => `Back to ${title}`,
};

export const users = {
  title: "Users",
  lead: "Who logs in here, and what they may do.",
  invite: "Invite somebody",
  inviteLead: "You get a link for them, with which they choose a password. It is good once, within 24 hours.",
  inviteSubmit: "Invite",
  noName: "No name yet",
  you: "You",
  name: "Name",
  email: "Email address",
  emailHint: "They log in with it. Nothing is sent there.",
  role: "Role",
  roles: {
    agent: "Finds and reads contacts, sees who calls",
    manager: "Changes contacts and tags too, brings files in",
    owner: "Looks after users, access keys, webhooks and the company too",
  },
  isActive: "May log in",
  isActiveHint: "Who is switched off is logged out at once. Nothing of theirs is lost.",
  off: "Switched off",
  invited: "No password yet",
  hasCodes: "With codes",
  password: "Password",
  passwordSet: "A password is set. Where it is forgotten, a new link lets them choose another.",
  passwordNone: "No password is set yet. A new link lets them choose one; the link before it is good no more.",
  passwordOff: "Who is switched off gets no link. Let them log in first.",
  newLink: "Make a new link",
  linkTitle: (name) => `A link for ${name}`,
  linkLead: (name) => `Send it to ${name}, and to nobody else: who follows it chooses the password.`,
  link: "One-time link",
  linkUntil: (until) => `It is good once, until ${until}.`,
  copyLink: "Copy the link",
  codes: "Codes",
  codesOn: "A code from an app is asked for beside the password.",
  codesOff: "No code is asked for beside the password.",
  takeCodes: "Take the codes off",
  takeCodesTitle: (name) => `Take the codes off ${name}?`,
  takeCodesLead: "It is for who has lost the app and the recovery codes. From then on the password alone lets them in.",
  codesTaken: "The codes are taken off.",
  remove: "Delete this user",
  removeLead: "Who is deleted is logged out at once. What they have changed stays, under their name.",
  removeTitle: (name) => `Delete ${name}?`,
  removeYes: "Delete",
  removed: (name) => `${name} is deleted.`,
};

export const sessions = {
  title: "Where you are logged in",
  ofUser: "Where they are logged in",
  none: "Nowhere just now.",
  here: "This one",
  used: "Used",
  from: (address) => `from ${address}`,
  unknown: "A program",
  on: (browser, system) => (system ? `${browser} on ${system}` : browser),
  end: "End",
  endNamed: (name) => `End the session of ${name}`,
  ended: "The session has ended.",
  endOthers: "End all others",
  endedOthers: "All others have ended.",
};

export const codes = {
  title: "Codes beside your password",
  off: "An app on your phone makes a new code every 30 seconds. Who knows your password alone does not come in.",
  on: "A code from your app is asked for when you log in.",
  begin: "Set up codes",
  done: "Codes are switched on.",
  remove: "Switch codes off",
  removeTitle: "Switch codes off?",
  removeLead: "From then on your password alone lets you in. The recovery codes are good no more.",
  removed: "Codes are switched off.",
};
