// Every text of the page, by the screen that shows it. Another language is another file like this one.

const number = new Intl.NumberFormat("en");
const count = (n, one, many) => `${number.format(n)} ${n === 1 ? one : many}`;
const inTime = (seconds) => (seconds > 90 ? `in ${Math.ceil(seconds / 60)} minutes` : seconds > 1 ? `in ${seconds} seconds` : "in a moment");

export const language = "en";

export const common = {
  product: "Ringbook",
  skip: "Skip to content",
  loading: "Loading …",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  retry: "Try again",
  remove: "Remove",
  menu: "Menu",
  back: "Back",
  copy: "Copy",
  copied: "Copied",
  notHere: "There is no such page.",
  toContacts: "Go to the contacts",
  comesLater: "This comes later",
};

export const screens = {
  contacts: "Contacts",
  import: "Bring in",
  export: "Take out",
  phones: "Phones",
  callers: "Callers",
  cleanup: "Clean up",
  settings: "Settings",
  start: "Welcome",
};

export const shell = {
  navigation: "Main",
  logOut: "Log out",
  as: (name) => `Logged in as ${name}`,
  roles: { agent: "Agent", manager: "Manager", owner: "Owner" },
  plainHttp: "This connection is not encrypted: others in the network can read passwords and contacts. Ask who runs Ringbook for https.",
  oldBrowser: "This browser is too old for this page. It needs Chrome or Edge 123, Firefox 124, Safari 17.5, or a newer one.",
  mayNot: "Your role does not allow this. Ask an owner of your company.",
  updated: "Ringbook has been updated. Load this page anew to go on.",
  reload: "Load anew",
  slash: "Jump to the search box with the key /",
};

export const login = {
  title: "Log in",
  lead: "to the address book of your phone system",
  email: "Email address",
  password: "Password",
  code: "Code from your app",
  codeHint: "Six digits, or one of your recovery codes",
  submit: "Log in",
  forgotten: "No password, or forgotten? An owner of your company can send you a new link.",
  endedTitle: "Your session has ended",
  endedLead: "Log in again to go on. Nothing that you have typed is lost.",
  somebodyElse: "Leave this and log in as somebody else",
  wrong: "The address or the password is wrong.",
  wrongCode: "The code is wrong, or was used before. Wait for the next one.",
  needsCode: "The password is right. Now the code.",
};

export const welcome = {
  title: "Choose a password",
  lead: "It is for you alone. From then on you log in with it.",
  email: "Your email address",
  emailHint: "You log in with it.",
  password: "New password",
  passwordHint: "10 characters or more; a few words that only you put together are good",
  again: "The same password once more",
  submit: "Set the password and go on",
  differ: "The two are not the same.",
  used: "This link is good no more. It can be used once, within 24 hours. Ask who gave it to you for a new one.",
  toLogin: "Go to the login",
  weak: {
    length: "Take at least 10 characters.",
    address: "Take something else than your address.",
    name: "Take something else than your name.",
  },
  hasAddress: "You have an address already; an owner can change it.",
};

/** What has gone wrong with a call of the API as a whole; `seconds` is when to try again. */
export const problems = {
  no_answer: () => "Ringbook does not answer. Is the network there?",
  busy: (seconds) => `That was too much at once. Try again ${inTime(seconds)}.`,
  away: (seconds) => `The database cannot be reached just now. Try again ${inTime(seconds)}.`,
  forbidden: () => "Your role does not allow this.",
  gone: () => "It is not there any more.",
  conflict: () => "Something like this is there already.",
  changed: () => "Somebody else has changed it meanwhile.",
  too_large: () => "That is too large.",
  invalid: () => "Ringbook does not take this.",
  broken: () => "Something went wrong in Ringbook. Who runs it finds it in the log.",
  login: () => "Log in first.",
  not_kept: () => "The password is right, but the browser does not stay logged in at this address. Open Ringbook by its https address.",
};

/** Refusals that have a sentence of their own, by the API's reason. */
export const reasons = {
  TAG_NAME_EXISTS: "There is a tag of this name already.",
  EXTERNAL_ID_EXISTS: "Another contact has this id of another system now.",
  TOTP_REQUIRED: "Your company asks for codes beside passwords. Set them up first.",
  CROSS_SITE_REQUEST: "The browser says that another site has sent this. Open Ringbook by its own address.",
  IDEMPOTENCY_KEY_IN_USE: "This is still being done. Try again in a moment.",
  LAST_OWNER: "You are the last owner who has a password. Let another owner set one first.",
  USER_EMAIL_EXISTS: "Another user has this address.",
  INVALID_QUERY_PARAMETER: "That is too much to search for. Take fewer words.",
  INVALID_EMAIL_ADDRESS: "This is no email address, such as name@example.com.",
};

/** What is wrong with one field: the first whose pattern is in the API's message. */
export const fieldProblems = [
  [/may be .+ or .+; write it with/, "This can be one of two numbers. Write it with + and the country, such as +1 555 0100."],
  [/has two numbers/, "These are two numbers. Enter each of them by itself."],
  [/is not understood; leave it out/, "There is more than a number in it. Leave the words out."],
  [/after \+ it must have/, "This is no phone number: after + come 7 to 15 digits."],
  [/lacks its country/, "Write it with + and the country, such as +1 555 0100: your company has no region of its own set."],
  [/is not a phone number in/, "This is no phone number. An extension alone is none; write it with its area or with + and its country."],
  [/is not a phone number/, "This is no phone number."],
  [/has more than ([\d,]+) entries|at most (\d+) (phone|emails|tags)/, "These are too many for one contact."],
  [/is not an email address/, "This is no email address, such as name@example.com."],
  [/twice|the same|more than once|already/, "This is there twice. Remove one of them."],
  [/is required|is missing|must not be empty|at least 1/, "Please fill this in."],
  [/at most (\d+) characters/, (found) => `At most ${number.format(found[1])} characters, please.`],
  [/length <= (\d+)/, (found) => `At most ${number.format(found[1])}, please.`],
];
export const fieldProblem = "This cannot be taken as it is.";

export const contacts = {
  title: "Contacts",
  search: "Search by name, company, number or email",
  placeholder: "Name, company, number or email",
  clear: "Clear the search",
  add: "New contact",
  tag: "Tag",
  anyTag: "All tags",
  source: "Source",
  anySource: "All sources",
  sources: { manual: "Entered by hand", import: "A file", api: "A program", sync: "Another system" },
  trash: "Trash",
  columns: { name: "Name", company: "Company", number: "Number", tags: "Tags" },
  noName: "No name",
  moreNumbers: (n) => `and ${count(n, "more number", "more numbers")}`,
  noNumber: "No number",
  more: "Show more",
  found: (n, isAll) => (isAll ? count(n, "contact", "contacts") : `The first ${count(n, "contact", "contacts")}`),
  newestFirst: "Newest first",
  bestFirst: "Best match first",
  nobody: (text) => `Nobody found for “${text}”.`,
  nobodyFits: "No contact fits these filters.",
  clearFilters: "Clear the filters",
  addNamed: (text) => `Add “${text}” as a new contact`,
  incomplete: "The search was cut short, as so many contacts fit in part. Type one more word.",
  empty: "No contacts yet",
  emptyLead: "Ringbook shows who is calling once it knows some people.",
  emptyAdd: "Add a contact",
  emptyAddHint: "A name and a number are enough",
  emptyImport: "Bring in a file",
  emptyImportHint: "From a spreadsheet, a phone or another system",
  emptyPhones: "Connect a phone system",
  emptyPhonesHint: "The exact lines for yours, and a test call",
  emptyDemo: "Load 50 made-up contacts to look around",
  demoHere: "There are made-up contacts among these.",
  demoTakeOut: "Take them out",
  demoGone: (gone, kept) => `${count(gone, "made-up contact", "made-up contacts")} taken out${kept ? `; ${number.format(kept)} stayed, as somebody has changed them` : ""}.`,
};

const dayAndTime = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** A time of the API, in the words of who reads it: just now, 5 minutes ago, Nov 3, 2026, 4:15 PM. */
export function timeOf(text) {
  const seconds = (Date.now() - Date.parse(text)) / 1000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return ago.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return ago.format(-Math.floor(seconds / 3600), "hour");
  return dayAndTime.format(new Date(text));
}

/** One contact. */
export const contact = {
  title: "Contact",
  edit: "Edit",
  remove: "Delete",
  saved: "Saved",
  deleted: (name) => `${name} is in the trash now.`,
  undo: "Undo",
  lookInTrash: "Look in the trash",
  notSaved: "Not saved yet: please look at what is marked.",
  leaveTitle: "Leave without saving?",
  leaveLead: "What you have changed here would be lost.",
  leave: "Leave",
  nothing: "nothing",
  yes: "yes",
  no: "no",
  primary: "Main",
  fields: {
    first_name: "First name",
    last_name: "Last name",
    display_name: "Shown as",
    company: "Company",
    job_title: "Job title",
    notes: "Notes",
    phone_numbers: "Numbers",
    emails: "Email addresses",
    tag_ids: "Tags",
  },
  hints: { display_name: "What a phone shows, in place of first and last name" },
  types: { mobile: "Mobile", work: "Work", home: "Home", fax: "Fax", other: "Other", personal: "Personal" },
  phone_numbers: {
    title: "Numbers",
    none: "No number: nobody finds this contact by a call.",
    add: "Add a number",
    nth: (n) => `Number ${n}`,
    typeOf: (n) => `Type of number ${n}`,
    primaryOf: (n) => `Number ${n} is the main one`,
    remove: (n) => `Remove number ${n}`,
    copy: (text) => `Copy ${text}`,
    all: (n) => `Show all ${n} numbers`,
  },
  emails: {
    title: "Email addresses",
    none: "No email address",
    add: "Add an email address",
    nth: (n) => `Email address ${n}`,
    typeOf: (n) => `Type of email address ${n}`,
    primaryOf: (n) => `Email address ${n} is the main one`,
    remove: (n) => `Remove email address ${n}`,
    copy: (text) => `Copy ${text}`,
    all: (n) => `Show all ${n} email addresses`,
  },
  tags: {
    title: "Tags",
    placeholder: "Add a tag",
    create: (name) => `New tag “${name}”`,
    remove: (name) => `Take the tag ${name} off`,
    unknown: "A tag of another system",
  },
  facts: {
    title: "Details",
    first_last: "First and last name",
    source: "Comes from",
    external_id: "Id in another system",
    created: "Created",
    updated: "Last changed",
  },
  history: {
    title: "History",
    more: "Show older changes",
    who: { access_key: "A program", user: "Somebody", import: "A file", system: "Ringbook" },
    actions: { created: "created this contact", updated: "changed this contact", deleted: "deleted this contact", restored: "brought this contact back" },
    added: "added",
    removed: "removed",
    fields: { phone_numbers: "Number", emails: "Email address", tag_ids: "Tag", external_id: "Id in another system", type: "type", is_primary: "main", number: "as written", label: "label", detail: "detail" },
  },
  conflict: {
    title: "Somebody else has changed this contact too",
    lead: "Choose what is to be, then save.",
    mine: "Yours",
    theirs: "Theirs",
    save: "Save what is chosen",
    back: "Back to the form",
  },
};

export const trash = {
  title: "Trash",
  lead: "The last deleted first. Nobody finds these by a call or a search.",
  empty: "The trash is empty.",
  deleted: "Deleted",
  restore: "Bring back",
  restoreNamed: (name) => `Bring back ${name}`,
  restored: (name) => `${name} is back.`,
  look: "Look at it",
};

/** Codes beside the password. */
export const totp = {
  title: "Set up codes first",
  titleLead: "Your company asks everybody for a code beside the password.",
  lead: "Scan this with an app for codes on your phone, then type the code that it shows.",
  qr: "A QR code for an app; its secret stands below in letters",
  secret: "Without a camera, type this into the app:",
  copySecret: "Copy it",
  code: "The code that the app shows now",
  wrong: "This is not the code that the app shows now. Is the clock of your phone right?",
  submit: "Switch codes on",
  recovery: "Keep these recovery codes",
  recoveryLead: "Without your phone, each of them lets you in once. They are shown only now.",
  copyCodes: "Copy the recovery codes",
  download: "Download",
  file: "ringbook-recovery-codes.txt",
  done: "I have kept them",
};
