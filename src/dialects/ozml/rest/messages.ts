// Owns: SendEmail, SendSms and SendMsg: what is sent, once somebody configured how. Does not: send (src/hooks).
import { byDefault } from '../decisions.ts';
import { type Answer, answer, done, notHere, wrongParameter } from './answer.ts';
import type { CommandRequest, RunCommand } from './command.ts';

const address = /^[^\s@<>(),;:"[\]\\]{1,64}@[^\s@<>(),;:"[\]\\]{1,255}$/;
const longestText = 5000;
const mostRecipients = 50;

export const sendEmail: RunCommand = async (request) => {
  const { given, options, voice, name } = request;
  const to = (given.needed('Recipient') ?? '').split(/[,;]/).map((one) => one.trim());
  const sender = given.text('Sender') ?? '';
  const subject = (given.text('Subject') ?? '').replaceAll(/\s+/g, ' ');
  if (!to.every((one) => address.test(one)) || to.length > mostRecipients) return wrongParameter('Recipient', name);
  if (sender !== '' && !address.test(sender)) return wrongParameter('Sender', name);
  if (options.sendMail === null) return notHere(name, 'mail is not configured');
  const mail = { to, sender: sender === '' ? null : sender, subject, text: given.text('Message') ?? '' };
  return tried(options.sendMail(mail), voice, name);
};

export const sendSms: RunCommand = async (request) => {
  const { given, options, voice, name } = request;
  const to = given.needed('Recipient');
  if (to === null) return wrongParameter('Recipient', name);
  const number = to.replaceAll(/[\s().-]/g, '');
  if (!/^\+?\d{1,20}$/.test(number)) return wrongParameter('Recipient', name);
  const text = textIn(request, 'Message');
  if (text === null) return wrongParameter('Message', name);
  const from = senderIn(request);
  if (from === undefined) return wrongParameter('Sender', name);
  const send = options.sendSms ?? options.sendSip;
  if (send === null) return notHere(name, 'messages are not configured');
  return tried(send({ to: number, from, text }), voice, name);
};

export const sendMsg: RunCommand = async (request) => {
  const { given, options, voice, name } = request;
  const connection = given.needed('ToConnection')?.toLowerCase();
  const to = given.text('ToAddress') ?? '';
  const text = textIn(request, 'Text');
  if (connection !== 'sip' && connection !== 'sms') return wrongParameter('ToConnection', name);
  if (!/^[^\s<>"]{1,256}$/.test(to)) return wrongParameter('ToAddress', name);
  if (text === null) return wrongParameter('Text', name);
  const send = connection === 'sip' ? options.sendSip : options.sendSms;
  if (send === null) return notHere(name, `messages over ${connection} are not configured`);
  return tried(send({ to, from: null, text }), voice, name);
};

/** Of a script: answered when the message has come, or refused when none did. */
export const waitForMsg: RunCommand = async ({ given, options, voice, name }) => {
  const connection = given.needed('FromConnection');
  const from = given.text('FromAddress') ?? '';
  const timeoutMs = given.seconds('Timeout', byDefault.messageTimeoutMs, { min: 1, max: 3600 });
  if (connection?.toLowerCase() !== 'sip') return wrongParameter('FromConnection', name);
  if (options.nextMessage === null) return notHere(name, 'messages over sip are not configured');
  const message = await options.nextMessage({ account: voice.account, from: from === '' ? null : from, timeoutMs });
  if (message === null) return notHere(name, 'no message came');
  return { ...done(), variables: { FromConnection: connection, FromAddress: message.from, Text: message.text } };
};

function textIn({ given }: CommandRequest, parameter: string): string | null {
  const text = given.needed(parameter);
  return text === null || text.length > longestText || text.includes('\0') ? null : text;
}

/** undefined: it is none. */
function senderIn({ given }: CommandRequest): string | null | undefined {
  const sender = given.text('Sender') ?? '';
  if (sender === '') return null;
  return /^\+?[A-Za-z0-9._-]{1,40}$/.test(sender) ? sender : undefined;
}

/** Answered with an id that says nothing more: the vendor shows a GUID. */
async function tried(sent: Promise<void>, voice: CommandRequest['voice'], name: string): Promise<Answer> {
  try {
    await sent;
    return name === 'SendSms' ? done({ SmsId: crypto.randomUUID() }) : done();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    voice.log('warn', `${name} was not taken: ${words}`);
    return { ...answer(501), more: 'it was not taken; see the log of the server' };
  }
}
