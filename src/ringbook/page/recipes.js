// The lines of docs/telephony, as `make recipes` takes them over. What is filled in stands in « ».

export const recipes = {
  freeswitch: [
    "<configuration name=\"cidlookup.conf\" description=\"Names of callers, from Ringbook\">\n  <settings>\n    <param name=\"url\" value=\"«url»/v1.0/callerid?token=«key»&amp;phone=${caller_id_number}\"/>\n    <param name=\"curl-timeout\" value=\"1000\"/>\n    <param name=\"cache\" value=\"false\"/>\n  </settings>\n</configuration>",
    "<load module=\"mod_cidlookup\"/>",
    "<extension name=\"caller_name\" continue=\"true\">\n  <condition>\n    <action application=\"cidlookup\" data=\"${caller_id_number}\"/>\n  </condition>\n</extension>",
  ],
  asterisk: [
    "[caller-name]\nexten => s,1,Set(CURLOPT(conntimeout)=1)\n same => n,Set(CURLOPT(httptimeout)=1)\n same => n,Set(CURLOPT(userpwd)=asterisk:«key»)\n same => n,Set(FOUND=${CURL(«url»/v1.0/callerid?phone=${URIENCODE(${CALLERID(num)})})})\n same => n,GotoIf($[${LEN(${FOUND})} = 0]?done)\n same => n,Set(CALLERID(name)=${FOUND})\n same => n(done),Return()",
    "exten => _X.,1,Gosub(caller-name,s,1)",
    "[caller-details]\nexten => s,1,Set(CURLOPT(conntimeout)=1)\n same => n,Set(CURLOPT(httptimeout)=1)\n same => n,Set(CURLOPT(userpwd)=asterisk:«key»)\n same => n,Set(CURLOPT(hashcompat)=yes)\n same => n,Set(HASH(FOUND)=${CURL(«url»/v1.0/callerid?format=hash&phone=${URIENCODE(${CALLERID(num)})})})\n same => n,GotoIf($[${LEN(${HASH(FOUND,name)})} = 0]?done)\n same => n,Set(CALLERID(name)=${HASH(FOUND,name)})\n same => n,Set(COMPANY=${HASH(FOUND,company)})\n same => n(done),Return()",
  ],
  freepbx: [
    [["Source Description", "Ringbook"], ["Source type", "«HTTP»"], ["Cache Results", "No"], ["Host", "«hostname»"], ["Port", "«port»"], ["Username", "freepbx"], ["Password", "«key»"], ["Path", "«prefix»/v1.0/callerid"], ["Query", "phone=[NUMBER]&name=[NAME]"]],
    [["URL", "«url»/v1.0/callerid?token=«key»&phone=$thenumber"], ["Regular Expressions", "(.+)"]],
  ],
  kamailio: [
    "apt-get install kamailio kamailio-utils-modules",
    "#!KAMAILIO\n# Calls come in from the carrier, get the caller's name from Ringbook, and go on to the PBX.\n\n# To be replaced: Ringbook's address and a key of scope lookup, the address that the carrier sends to, and the PBX.\n#!substdef \"!RINGBOOK_URL!«url»!g\"\n#!substdef \"!RINGBOOK_KEY!«key»!g\"\n#!substdef \"!LISTEN_ON!udp:192.0.2.1:5060!g\"\n#!substdef \"!PBX_URI!sip:192.0.2.10:5060!g\"\n\nlisten=LISTEN_ON\nauto_aliases=no\n\nloadmodule \"tm.so\"\nloadmodule \"sl.so\"\nloadmodule \"rr.so\"\nloadmodule \"pv.so\"\nloadmodule \"maxfwd.so\"\nloadmodule \"siputils.so\"\nloadmodule \"textops.so\"\nloadmodule \"uac.so\"\nloadmodule \"http_client.so\"\n\n# Seconds; the default is to wait for ever. A call waits no longer than this for its name.\nmodparam(\"http_client\", \"connection_timeout\", 1)\nmodparam(\"http_client\", \"httpredirect\", 0)\n# Only the display name changes, never the URI: there is nothing to restore in the replies.\nmodparam(\"uac\", \"restore_mode\", \"none\")\n\nrequest_route {\n    if (!mf_process_maxfwd_header(\"10\")) {\n        sl_send_reply(\"483\", \"Too Many Hops\");\n        exit;\n    }\n    if (has_totag()) {\n        if (loose_route() || (is_method(\"ACK\") && t_check_trans())) {\n            t_relay();\n        } else if (!is_method(\"ACK\")) {\n            sl_send_reply(\"404\", \"Not Here\");\n        }\n        exit;\n    }\n    if (is_method(\"CANCEL\")) {\n        if (t_check_trans()) {\n            t_relay();\n        }\n        exit;\n    }\n    if (is_method(\"OPTIONS\")) {\n        sl_send_reply(\"200\", \"OK\");\n        exit;\n    }\n    if (!is_method(\"INVITE\")) {\n        sl_send_reply(\"405\", \"Method Not Allowed\");\n        exit;\n    }\n    # Answers the carrier at once, and takes care of the INVITEs that it sends again while the name is looked up.\n    if (!t_newtran()) {\n        exit;\n    }\n    t_reply(\"100\", \"Trying\");\n    record_route();\n    route(CALLER_NAME);\n    $du = \"PBX_URI\";\n    t_relay();\n}\n\n# Puts the contact's name into every header that a phone may take it from. Nothing is changed on a miss, with a wrong\n# key, or when Ringbook does not answer: the phone then shows what the carrier sent.\nroute[CALLER_NAME] {\n    # A $var keeps its value from one call to the next: no failure may show an earlier caller's name.\n    $var(name) = \"\";\n    if ($fU == $null) {\n        return;\n    }\n    # The key goes in a header: Kamailio writes the URL to its log when Ringbook does not answer.\n    $var(status) = http_client_query(\"RINGBOOK_URL/v1.0/callerid?phone=$(fU{s.escape.param})\", \"\", \"Authorization: Bearer RINGBOOK_KEY\", \"$var(name)\");\n    if ($var(status) != 200 || $var(name) == \"\") {\n        return;\n    }\n    # RFC 3261, 25.1: a backslash before each backslash and quotation mark of a quoted string.\n    $var(name) = $(var(name){re.subst,/([\"\\\\])/\\\\\\1/g});\n    uac_replace_from(\"\\\"$var(name)\\\"\", \"\");\n    if ($ai != $null) {\n        $var(asserted) = $ai;\n        remove_hf(\"P-Asserted-Identity\");\n        append_hf(\"P-Asserted-Identity: \\\"$var(name)\\\" <$var(asserted)>\\r\\n\");\n    }\n    if (is_present_hf(\"Remote-Party-ID\")) {\n        $var(party) = $(hdr(Remote-Party-ID){s.select,-1,<});\n        remove_hf(\"Remote-Party-ID\");\n        append_hf(\"Remote-Party-ID: \\\"$var(name)\\\" <$var(party)\\r\\n\");\n    }\n}",
  ],
  opensips: [
    "loadmodule \"rest_client.so\"\nloadmodule \"uac.so\"\nmodparam(\"rest_client\", \"connection_timeout\", 1)\nmodparam(\"rest_client\", \"curl_timeout\", 1)\nmodparam(\"uac\", \"restore_mode\", \"none\")",
    "route[CALLER_NAME] {\n    $var(name) = \"\";\n    if ($fU == NULL) {\n        return;\n    }\n    rest_append_hf(\"Authorization: Bearer «key»\");\n    $var(rc) = rest_get(\"«url»/v1.0/callerid?phone=$(fU{rest.escape})\", $var(name), , $var(status));\n    if ($var(rc) < 0 || $var(status) != 200 || $var(name) == \"\") {\n        return;\n    }\n    $var(name) = $(var(name){re.subst,/([\"\\\\])/\\\\\\1/g});\n    uac_replace_from(\"\\\"$var(name)\\\"\", \"\");\n}",
  ],
  yealink: [
    "remote_phonebook.data.1.name = Ringbook\nremote_phonebook.data.1.url = «url»/v1.0/phonebooks/yealink?token=«key»\nfeatures.remote_phonebook.enable = 1\nfeatures.remote_phonebook.flash_time = 3600\nfeatures.remote_phonebook.enter_update_enable = 1\ndirectory_setting.remote_phone_book.enable = 1\nsearch_in_dialing.remote_phone_book.enable = 1",
    "remote_phonebook.data.1.url = «url»/v1.0/phonebooks/yealink?token=«key»&q=#SEARCH",
  ],
  cisco: [
    "<directoryURL>«url»/v1.0/phonebooks/cisco?token=«key»</directoryURL>",
    "<XML_Directory_Service_Name>Ringbook</XML_Directory_Service_Name>\n<XML_Directory_Service_URL>«url»/v1.0/phonebooks/cisco?token=«key»</XML_Directory_Service_URL>",
  ],
  snom: [
    "<dkey_directory perm=\"R\">url «url»/v1.0/phonebooks/snom?token=«key»&amp;step=search</dkey_directory>",
    "<setting-files>\n  <file url=\"«url»/v1.0/phonebooks/snom-book?token=«key»\"/>\n</setting-files>",
  ],
  fanvil: [
    "«url»/v1.0/phonebooks/ipphone?token=«key»",
    "Server:    «url»/v1.0/phonebooks/\nFilename:  ipphone?token=«key»",
  ],
  grandstream: [
    "# Enable Phonebook XML Download: 1 HTTP, 3 HTTPS\nP330 = «P330»\n# Phonebook XML Server Path\nP331 = «host»/v1.0/phonebooks/grandstream?token=«key»&path=\n# Phonebook Download Interval, in minutes\nP332 = 60\n# Remove manually edited entries on download: 0 keeps what somebody typed into the phone\nP333 = 0",
  ],
  gigaset: [
    "Provider name:   Ringbook\nServer address:  «url»/v1.0/phonebooks/gigaset?token=«key»&",
    "<SYMB_ITEM ID=\"BS_XML_Netdirs.astNetdirProvider[0].aucServerURL[0]\" class=\"symb_item\" value='\"«url»/v1.0/phonebooks/gigaset?token=«key»&amp;\"'/>",
  ],
};
