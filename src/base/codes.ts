// Owns: every error code of the product, in one table. docs/errors.md is made from it. `fix` says what to do about it.

export interface CodeEntry {
  readonly summary: string;
  readonly fix: string;
}

export const errorCodes = {
  // configuration
  'config-not-found': { summary: 'The configuration file does not exist.', fix: 'Check the path given to --config.' },
  'config-invalid': { summary: 'A configuration key is unknown or has a wrong value.', fix: 'Compare the key with docs/configuration.md.' },
  // media
  'media-ports-exhausted': { summary: 'No RTP port pair is free.', fix: 'Widen media.portRange or lower the number of calls.' },
  'media-port-taken': { summary: 'A call of before the restart cannot have its RTP port again: another process holds it.', fix: 'Keep other programs out of media.portRange.' },
  'media-bind-failed': { summary: 'The RTP sockets could not be bound.', fix: 'Check that media.host is an address of this machine.' },
  'media-closed': { summary: 'The media plane or session is closed.', fix: 'Open a new session.' },
  // call
  'recording-failed': { summary: 'A recording could not be written.', fix: 'Check that dataDir has free space and belongs to the user that the server runs as.' },
  'recording-missing': { summary: 'The call has no recording of that name.', fix: 'Record it first, under the same tag.' },
  // conferences: src/call/conferences.ts, src/run/create-conference-run.ts
  'conference-full': { summary: 'The conference has as many members as it may have.', fix: 'Use another one.' },
  'conference-exists': { summary: 'There is a conference of that name already.', fix: 'Join it, or choose another name.' },
  'conference-not-found': { summary: 'There is no such conference.', fix: 'Check its id; it may be of another account.' },
  'conference-over': { summary: 'The conference is over.', fix: 'Nothing can be done with it any more.' },
  'conference-verb': { summary: 'A document of a conference holds a verb that only a call can do.', fix: 'Play, and start, pause, resume or stop a recording; nothing else.' },
  // sending keys: src/call/key-sender.ts
  'digits-failed': { summary: 'The leg or its audio ended before all keys were sent.', fix: 'Nothing needs to be done if the other side hung up.' },
  'digits-invalid': { summary: 'What was to be sent is not made of keys.', fix: 'Use 0-9, *, #, A-D, and the pauses , w and W.' },
  'digits-nobody': { summary: 'There is no answered leg that keys could go to.', fix: 'Send keys to the callee while a dialled leg is up.' },
  'digits-not-negotiated': { summary: 'The other side takes no telephone-events, and nothing else is allowed.', fix: 'Take `digits: rfc4733` away from the trunk or user, or set it to inband or info.' },
  'digits-refused': { summary: 'The other side refused a key that was sent by SIP INFO.', fix: 'Take `digits: info` away from the trunk or user if it does not understand application/dtmf-relay.' },
  'digits-interrupted': { summary: 'A restart of the server came while keys were being sent; how many of them arrived is not known.', fix: 'Send them again if the other side can tell that they are new.' },
  'digits-cancelled': { summary: 'Sending keys was ended before all were sent.', fix: 'Nothing needs to be done if a command replaced the document.' },
  'call-not-found': { summary: 'There is no live call of that id.', fix: 'Use the id of a call that is up.' },
  'call-not-answered': { summary: 'The call is not answered yet.', fix: 'Wait until both calls are answered.' },
  'call-already-bridged': { summary: 'One of the two calls is connected with another already.', fix: 'End that bridge first.' },
  // placing calls: src/call
  'call-queue-full': { summary: 'As many calls as may wait for their turn are waiting.', fix: 'Place calls more slowly, or raise limits.callsPerSecond as far as your provider allows.' },
  'call-not-placed': { summary: 'The call cannot be placed.', fix: 'Correct what the message names, or try again when the server has room.' },
  // commands beside the document: src/run/beside.ts
  'beside-refused': { summary: 'A command to run something beside the document came under a name that still runs, or too many run.', fix: 'End what runs beside the document first.' },
  // telling applications: src/call/application-requests.ts
  'notice-too-many': { summary: 'A call had so much to tell one receiver that this was left out.', fix: 'Make the receiver of the events answer, and sooner.' },
  // flow
  'flow-invalid': { summary: 'A flow does not have the shape of the common form.', fix: 'Compare the named field with src/flow/node.ts.' },
  'flow-unreachable': { summary: 'A command can never run because one before it always ends the call.', fix: 'Delete it, or move it up.' },
  'flow-gather-impossible': { summary: 'No entry can complete this gather.', fix: 'Ask for at least one digit and not for more than fit.' },
  'flow-gather-endless': { summary: 'A gather has no timer, so a silent caller is never let go.', fix: 'Give it a timeout.' },
  'flow-branch-duplicate': { summary: 'Two branches wait for the same digits; only the first runs.', fix: 'Delete one of them.' },
  'flow-branch-impossible': { summary: 'A branch waits for digits that this gather can never give.', fix: 'Change its digits, or the number of digits or the finishing key.' },
  'flow-prompt-empty': { summary: 'A prompt has nothing to say or play.', fix: 'Give it a text or an address.' },
  'flow-dial-nobody': { summary: 'A dial names nobody to call.', fix: 'Name at least one target.' },
  'flow-endless': { summary: 'A command repeats for ever, so nothing after it runs.', fix: 'Give it a number of rounds.' },
  'flow-report-lost': { summary: 'Digits are collected and then neither branch nor report uses them.', fix: 'Add branches or an address to report to.' },
  // dialects
  'dialect-not-supported': { summary: 'This dialect is not built into this version.', fix: 'Write the document in one of the dialects that the message lists.' },
  'document-empty': { summary: 'The document holds no text.', fix: 'Send at least the root element.' },
  'document-too-large': { summary: 'The document is larger than 64 KB.', fix: 'Split it and ask for the next part when it is needed.' },
  'document-too-deep': { summary: 'Elements are nested more than 50 deep.', fix: 'Continue deep menus in a document of their own.' },
  'document-too-many-elements': { summary: 'The document has more than 2,000 elements.', fix: 'Split it and ask for the next part when it is needed.' },
  'document-wrong-root': { summary: 'The root element is not the one of this dialect.', fix: 'Use the root element that the message names.' },
  'document-leading-space': { summary: 'Something stands before the XML declaration.', fix: 'Let the document begin with <?xml.' },
  'xml-syntax': { summary: 'The document is not well-formed XML.', fix: 'Correct the place that the message names.' },
  'xml-entity-refused': { summary: 'The document declares entities, which are never expanded here.', fix: 'Write the text itself instead of an entity.' },
  'verb-unknown': { summary: 'The dialect has no element of this name; it is skipped, or the document refused.', fix: 'Check the spelling against the support table.' },
  'verb-not-supported': { summary: 'The element is known but not built yet; it is skipped, or the document refused.', fix: 'See the support table for what to use instead.' },
  'verb-misplaced': { summary: 'The element has no meaning at this place; it is skipped, or the document refused.', fix: 'Move it to where the dialect allows it.' },
  'attribute-unknown': { summary: 'The element has no attribute of this name; it is ignored.', fix: 'Check the spelling against the support table.' },
  'attribute-not-supported': { summary: 'The attribute is known but has no effect yet; where that would make another call of it, the document is refused.', fix: 'See the support table for what to use instead.' },
  'attribute-invalid': { summary: 'The attribute has a value that it cannot have; its default is used.', fix: 'Use one of the values that the message names.' },
  'attribute-missing': { summary: 'A needed attribute is not there; the element is skipped, or the document refused.', fix: 'Add the attribute.' },
  'attribute-unit': { summary: 'A duration looks as if it was written in another unit.', fix: 'Convert it to the unit that the message names.' },
  'name-case': { summary: 'The name is written in other capitals than the dialect does; it is accepted.', fix: 'Write it as the message does.' },
  'text-misplaced': { summary: 'Text stands where the dialect expects elements; it is ignored.', fix: 'Put it into a Say, or delete it.' },
  'address-invalid': { summary: 'This is not an address that can be called or fetched.', fix: 'Write it as the message shows.' },
  'error-block-unused': { summary: 'This block for failures can never run.', fix: 'Move it to a command that can fail.' },
  // hooks
  'fetch-bad-url': { summary: 'The address is not an http or https URL.', fix: 'Write an absolute URL such as https://example.org/next.' },
  'fetch-refused-address': { summary: 'The address is one that outbound requests may not reach.', fix: 'If it is yours, add its host or network to outbound.allow; see docs/outbound-http.md.' },
  'fetch-unreachable': { summary: 'No connection could be made; nothing was sent.', fix: 'Check that the server runs and that its name resolves on this machine.' },
  'fetch-timeout': { summary: 'The server did not answer in time.', fix: 'Answer sooner, or raise the timeout.' },
  'fetch-too-large': { summary: 'The answer is larger than allowed.', fix: 'Send less; documents may have 64 KB, sounds 20 MB.' },
  'fetch-too-many-redirects': { summary: 'The server redirected more than five times.', fix: 'Use the final address.' },
  'fetch-failed': { summary: 'The exchange broke off or was not valid HTTP.', fix: 'Look at the log of the server that was asked.' },
  'fetch-aborted': { summary: 'The request was given up, usually because the call ended.', fix: 'Nothing needs to be done.' },
  'document-http-status': { summary: 'The application answered with a status that is not a success.', fix: 'Answer 200 with a document, or 204 when there is nothing more to run.' },
  'document-missing': { summary: 'The application answered the start of a call with an empty body.', fix: 'Send a document.' },
  'document-file-refused': { summary: 'The file is outside of the folders that this app may read.', fix: 'Put it beside the configured document.' },
  'document-file-unreadable': { summary: 'The file cannot be read.', fix: 'Check that it exists and that the server may read it.' },
  'media-http-status': { summary: 'The sound could not be fetched: the answer is not 200.', fix: 'Check the address of the sound.' },
  'media-file-refused': { summary: 'The file is outside of the folders that this app may read sounds from.', fix: 'Put it beside the configured document of this app.' },
  'media-file-unreadable': { summary: 'The sound file cannot be read.', fix: 'Check that it exists and that the server may read it.' },
  // sip
  'sip-listen-failed': { summary: 'A SIP listener could not be bound.', fix: 'Check that the address is of this machine and that no other program holds the port.' },
  'sip-leg-unreadable': { summary: 'What was saved of a SIP leg before a restart cannot be used.', fix: 'Nothing can be done for that call; if it is seen often, look for a damaged database in dataDir.' },
  // store
  'store-unusable': { summary: 'The database cannot be opened, read or written.', fix: 'Check that dataDir is a folder of this user with free space, and that no newer version wrote its database.' },
  // sound sources: src/media/decode*, src/speech
  'media-format-unknown': { summary: 'The sound is in a format that cannot be played.', fix: 'Convert it to WAV, MP3 or raw G.711.' },
  'media-format-broken': { summary: 'The sound is damaged, or is not what it says.', fix: 'Open it in a sound editor and save it anew as 16-bit WAV.' },
  'media-too-long': { summary: 'The sound is longer than an hour.', fix: 'Shorten it, or play it in parts.' },
  'speech-failed': { summary: 'The speech engine did not speak the text.', fix: 'Look at the log of the speech engine.' },
  'speech-timeout': { summary: 'The speech engine did not speak the text in time.', fix: 'Shorten the text, or look at how busy the speech engine is.' },
  'speech-too-long': { summary: 'The text is longer than can be spoken at once.', fix: 'Split it into several prompts.' },
  'speech-closed': { summary: 'The speech engine is closed.', fix: 'Nothing needs to be done when the server stops.' },
  // transcription: src/speech/transcription*
  'transcription-failed': { summary: 'The transcription server did not write down what was said, for now.', fix: 'It is asked again for more than half an hour. Look at its log, and whether transcription.openai.url reaches it.' },
  'transcription-refused': { summary: 'The transcription server refused what it was sent.', fix: 'Check transcription.openai: the key, the model and the format.' },
  'transcription-none': { summary: 'A transcription was asked for, and there is no engine for it.', fix: 'Set transcription.engine.' },
  // commands
  'command-invalid': { summary: 'An option of the command has a wrong value.', fix: 'See keytone help and the name of the command.' },
  'document-unreadable': { summary: 'A file named on the command line cannot be read.', fix: 'Check its path.' },
  // run
  'flow-never-waits': { summary: 'A document does thousands of things without waiting for anything.', fix: 'Put something that takes time (a prompt, a pause, a gather) into its loop.' },
  // HTTP interface: src/api
  'http-listen-failed': { summary: 'The HTTP listener could not be bound.', fix: 'Check http.host and http.port: the address must be of this machine and the port free.' },
  'http-host-refused': { summary: 'The Host header of the request names a host that this server does not answer for.', fix: 'Use an address instead of a name; see docs/http.md for which are taken and why.' },
  'http-not-found': { summary: 'Nothing is at this address.', fix: 'GET / lists what is there.' },
  'http-method-not-allowed': { summary: 'The address exists, but not for this method.', fix: 'Use one of the methods that the Allow header names.' },
  'http-cross-site': { summary: 'A page of another site asked for a change.', fix: 'Send the request from a program, or from a page of this very address.' },
  'outbox-not-dead': { summary: 'The event is not one that was given up.', fix: 'GET /v1/outbox?state=dead lists those that can be delivered again.' },
  'http-bad-request': { summary: 'The request is not one that can be understood.', fix: 'Compare it with docs/http.md.' },
  'http-too-large': { summary: 'The request, its headers or a part of its address is too long.', fix: 'Send less.' },
  'http-range-unsatisfiable': { summary: 'The range asked for begins after the end.', fix: 'Ask for a range within the size that the Content-Range header names.' },
  'http-request-timeout': { summary: 'The request did not arrive completely in time.', fix: 'Send it at once.' },
  'http-internal': { summary: 'The server failed to answer; the fault is its own.', fix: 'Look at the log of the server.' },
  // accounts: src/server/accounts, src/api
  'auth-required': { summary: 'The request has no valid key.', fix: 'Send the id and the secret of a key by HTTP Basic, or a token by Bearer; see docs/accounts.md.' },
  'auth-too-many': { summary: 'Too many wrong keys came from one address.', fix: 'Correct the key, and wait a minute.' },
  'account-not-found': { summary: 'There is no such account.', fix: 'keytone account list lists the accounts.' },
  'account-exists': { summary: 'There is an account or a key of that id already.', fix: 'Choose another id.' },
  'account-configured': { summary: 'The account or key stands in the configuration.', fix: 'Change it there.' },
  'account-full': { summary: 'The account has as many keys, apps, numbers or phones as it may.', fix: 'Take some away that are not used any more.' },
  'app-not-found': { summary: 'The account has no app of that name.', fix: 'Make the app first.' },
  'app-invalid': { summary: 'An app cannot be made like this.', fix: 'Correct what the message names.' },
  'app-name-taken': { summary: 'An app of that name exists already.', fix: 'Choose another name, best a random one.' },
  'app-configured': { summary: 'What is to be changed stands in the configuration.', fix: 'Change it there.' },
  'number-invalid': { summary: 'This is nothing that callers can dial.', fix: 'Use digits, + * #, or the name in a SIP address.' },
  'number-taken': { summary: 'The number leads to an app of somebody else.', fix: 'Choose another number.' },
  'phone-invalid': { summary: 'A phone cannot have this login or password.', fix: 'Correct what the message names.' },
  'phone-taken': { summary: 'The login is of somebody else.', fix: 'Choose another login.' },
  'call-over': { summary: 'The call is over.', fix: 'Nothing can be done with it any more.' },
  // commands of OzML: src/dialects/ozml/rest
  'command-refused': { summary: 'A command of an OzML script was refused.', fix: 'Look up its code in docs/dialects/ozml.md; the message says why.' },
  // explain: src/server/commands/explain*
  'server-unreachable': { summary: 'No server answers at the address that a command was given, or something else does.', fix: 'Check that the server runs, and name its HTTP address with --server; or read its folder with --data-dir.' },
  // phone: src/testkit/phone*
  'phone-call-over': { summary: 'The call ended without what was waited for.', fix: 'Look at the events of the call, or the timeline, for how it ended.' },
  'phone-no-route': { summary: 'The name of the host that is called has no address, or no network leads there.', fix: 'Check the host, or call its address.' },
  'phone-recording-failed': { summary: 'What the phone heard could not be written.', fix: 'Check that the folder of the WAV file exists and can be written.' },
  'script-invalid': { summary: 'A step of a caller’s script cannot be read.', fix: 'See “Scripts of a caller” in docs/commands.md.' },
  'script-not-live': { summary: 'A step of a caller’s script waits for something that only a simulation can see.', fix: 'Count prompts instead: “after prompt 2” waits for the end of the second stretch of sound.' },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof errorCodes;
