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
  browser: "This browser",
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

export const company = {
  title: "Company",
  lead: "What holds for everybody who works with this address book.",
  leadOthers: "The owners of your company can change this.",
  name: "Name",
  region: "Country of numbers without +",
  regionHint: "A number such as (202) 555-0123 is read as one of this country. Numbers that are there already stay as they are.",
  noRegion: "None: every number needs its + and country",
  codes: "Ask everybody for a code beside the password",
  codesHint: "Who has none yet sets codes up before anything else, you too.",
  codesOn: "Everybody is asked for a code beside the password.",
  codesOff: "A code beside the password is asked for where a user has set it up.",
  demo: "Made-up contacts",
  demoLead: "50 people who do not exist, to try Ringbook with. Their numbers are set aside for films and lead nowhere.",
  demoLoad: "Load them",
  demoTakeOut: "Take them out",
  demoLoaded: (n) => (n ? `${number.format(n)} made-up contacts are in the book now.` : "They are all there already."),
  demoGone: (gone, kept) => `${number.format(gone)} taken out${kept ? `; ${number.format(kept)} stayed, as somebody has changed them` : ""}.`,
};

export const keys = {
  title: "Access keys",
  lead: "Each lets one program or phone system in. Give each its own, so that one can be revoked alone.",
  add: "New key",
  none: "No key yet",
  noneLead: "A phone system or a program needs one to ask who is calling.",
  noName: "Without a name",
  name: "What it is for",
  namePlaceholder: "Phone system in the cellar",
  nameMissing: "Say what it is for: in a year nobody knows it otherwise.",
  scope: "What it may do",
  scopes: {
    lookup: "Ask who is calling",
    phonebook: "Show phone books on desk phones",
    read: "Read all contacts",
    write: "Change contacts",
    admin: "Everything",
  },
  scopeHints: {
    lookup: "For a phone system. The least that a key can do.",
    phonebook: "For phones with a directory, and what is above.",
    read: "For reports and copies, and what is above.",
    write: "For a CRM or a script, and what is above.",
    admin: "Users, access keys, webhooks and the company too. For nobody but your own administration.",
  },
  expires: "Good for",
  spans: { 0: "As long as it is not revoked", 30: "30 days", 90: "90 days", 365: "A year" },
  submit: "Make the key",
  madeTitle: "Your new key",
  madeLead: (name) => `For “${name}”. It is like a password: whoever has it may do what it may.`,
  key: "Access key",
  copy: "Copy the key",
  made: "Made",
  until: (day) => `good until ${day}`,
  over: "Over",
  revoke: "Revoke",
  revokeNamed: (name) => `Revoke ${name}`,
  revokeTitle: (name) => `Revoke “${name}”?`,
  revokeLead: "What uses it gets no answer any more, within 5 seconds. It cannot be brought back.",
  revoked: (name) => `“${name}” is revoked.`,
};
