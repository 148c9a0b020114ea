// The texts of the screen of phones. Another language is another file like this one.

export const phones = {
  title: "Phones",
  lead: "Choose what you have: you get the very lines to put into it, with the address of this Ringbook and a key of its own.",
  systems: "Phone systems",
  systemsLead: "They ask Ringbook for the name of a caller.",
  desks: "Desk phones",
  desksLead: "They fetch their phone book from Ringbook.",
  back: "All phones",
  connect: (name) => `Connect ${name}`,
  key: "A key of its own",
  keyLead: { lookup: "The key looks callers up, and does nothing else.", phonebook: "The key reads the phone book and looks callers up, and does nothing else." },
  makeKey: "Make a key and fill it in",
  made: "The key is in the lines below. It is shown only now: copy them before you leave this screen.",
  askOwner: (place) => `The lines have ${place} where a key belongs. Ask an owner of your company for one: keys are theirs to make.`,
  noKeyYet: (place) => `The lines have ${place} until there is one. If you have a key already, put it there yourself.`,
  place: "KEY",
  address: "Address of Ringbook, as seen from the phone",
  notReached: "Only this machine itself reaches Ringbook by this address. Put in the one that the phone can use. After make run nobody else is let in: start it with make run HOST=0.0.0.0.",
  noAddress: "This is no address. It begins with http or https.",
  copy: (what) => `Copy: ${what}`,
};

export const testCall = {
  title: "Test call",
  lead: "Type a number as your phone system would send it, and see what its display would show, and why.",
  number: "Number of the caller",
  submit: "Call",
  display: "The phone shows",
  alone: "No name of Ringbook’s",
  aloneLead: "Nobody has this number. The phone shows the name that the carrier sends, or the number alone.",
  noNumberLead: "Ringbook does not take this for a number. The phone shows the name that the carrier sends.",
  why: "Why",
  readings: "The number may mean these, the likeliest first. The first that somebody has is shown.",
  nobody: "nobody has it",
  has: "who has it as",
  shown: "This one is shown",
  add: "Add it to the contacts",
  result: (name, number) => (name ? `The phone shows ${name}.` : `Nobody has ${number}.`),
};

/** Of each system what it is called, what to do with each of its blocks of lines, and what to do then. */
export const recipeTexts = {
  freeswitch: {
    name: "FreeSWITCH",
    steps: ["autoload_configs/cidlookup.conf.xml, whole", "In autoload_configs/modules.conf.xml", "First in dialplan/public.xml, where calls from outside begin"],
    then: "Then on FreeSWITCH’s console: load mod_cidlookup, after a later change reloadxml. Where your carrier sends national numbers, set your company’s region in the settings.",
  },
  asterisk: {
    name: "Asterisk",
    steps: ["In extensions.conf", "First in the context in which your carrier’s calls arrive, for example", "In place of the first, where you want the company of the caller too"],
    then: "Then on Asterisk’s console: dialplan reload. The call waits 1 second at most.",
  },
  freepbx: {
    name: "FreePBX",
    steps: ["Caller ID Lookup Source: Admin → Caller ID Lookup Sources → Add", "Or Superfecta: Admin → CID Superfecta, in your scheme the source Regular Expressions 1, moved to the top"],
    then: "Then Connectivity → Inbound Routes, your route, Other: choose it as the CID Lookup Source, submit, and apply. For Superfecta set the scheme’s Lookup Timeout to 1 second, and switch it on in the route. Superfecta keeps the carrier’s name also when Ringbook is down.",
  },
  kamailio: {
    name: "Kamailio",
    steps: ["On Debian", "kamailio.cfg, whole"],
    then: "Put the address to listen on and that of your PBX into the lines LISTEN_ON and PBX_URI. For a configuration that you have already, take over the two lines for Ringbook, the modules http_client, uac, siputils and textops with their parameters, and route[CALLER_NAME]; call it for a new INVITE, after t_newtran() and before t_relay(). For https load the module tls first. Let the carrier alone reach this port.",
  },
  opensips: {
    name: "OpenSIPS",
    steps: ["With the other modules", "With the other routes"],
    then: "Call route(CALLER_NAME); for a new INVITE, before t_relay(). The call waits 1 second at most.",
  },
  yealink: {
    name: "Yealink",
    steps: ["In the provisioning file (y0000000000xx.cfg or MAC.cfg)", "In place of its second line, for a book that is larger than the phone’s memory"],
    then: "Or by hand: Directory → Remote Phone Book. With the first lines the phone shows the names of the book for incoming calls too.",
  },
  cisco: {
    name: "Cisco",
    steps: ["Enterprise firmware, in SEPMAC.cnf.xml", "SPA and multiplatform firmware, in the flat profile"],
    then: "With Unified Communications Manager the same address goes into System → Enterprise Parameters → URL Directories. Many of these phones trust no certificate that was not loaded into them: use http inside your own network, or load the certificate.",
  },
  snom: {
    name: "Snom",
    steps: ["A menu with a search on the key Directory, in the phone’s settings file", "Or the whole book in the phone’s own directory, in the list of its settings files"],
    then: "The whole book replaces all that the phone’s directory had, and its names are shown for incoming calls too.",
  },
  fanvil: {
    name: "Fanvil, Snom DECT",
    steps: ["Fanvil: Phonebook → Cloud Phonebook, XML, add", "Snom M300, M700, M900: Central Directory, Location Local"],
    then: "Others that read the form IPPhoneDirectory take the first address too.",
  },
  grandstream: {
    name: "Grandstream",
    steps: ["In the provisioning file, or under Phonebook → Phonebook Management"],
    then: "Names of the book are shown for incoming calls too. Of a book that is larger than the phone holds, it takes the first.",
  },
  gigaset: {
    name: "Gigaset",
    steps: ["Settings → Directories → Online Directory, settings for an additional provider", "Or in the provisioning file"],
    then: "For the bases N510, N720 and DX800, and others with an online directory in Gigaset’s XML.",
  },
};
