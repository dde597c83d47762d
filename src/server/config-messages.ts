// Owns: configuration keys of what is not a call: mail, text messages, and what the commands of OzML need beside them.
import { z } from 'zod';

const port = z.int().min(1).max(65535);
const secretOf = (what: string) =>
  z.string().min(1).optional().describe(`Environment variable that holds ${what}; it keeps it out of this file.`);
const smtpUrl = z.string().refine((text) => ['smtp:', 'smtps:'].includes(URL.parse(text)?.protocol ?? ''), {
  error: 'is not a URL such as smtps://user:password@mail.example.org',
});
const smppUrl = z.string().refine((text) => /^s?smpp:\/\/[^\s/]+$/.test(text), {
  error: 'is not a URL such as smpp://gateway.example.org:2775',
});

export const mail = z
  .strictObject({
    smtpUrl: smtpUrl.optional().describe('Mail server, with login and password: `smtps://user:password@host`.'),
    smtpUrlEnv: secretOf('`smtpUrl`'),
    from: z
      .string()
      .regex(/^[^\s@<>]+@[^\s@<>]+$/, { error: 'is not an address such as pbx@example.org' })
      .describe('Address that mail comes from.'),
  })
  .refine(({ smtpUrl: written, smtpUrlEnv }) => (written === undefined) !== (smtpUrlEnv === undefined), {
    error: 'needs one of `smtpUrl` and `smtpUrlEnv`',
  });

export const messages = z.strictObject({
  from: z
    .string()
    .regex(/^\+?[A-Za-z0-9._-]{1,40}$/, { error: 'must be a number or a name' })
    .describe('Number or name that messages come from, where a command names none.'),
  sip: z
    .boolean()
    .default(false)
    .describe('Whether messages go out as SIP MESSAGE, to phones and through the first trunk.'),
  smpp: z
    .strictObject({
      url: smppUrl.describe('SMPP gateway, `smpp://host:port`, or `ssmpp://` over TLS.'),
      systemId: z.string().min(1).max(15).describe('Login at the gateway.'),
      password: z.string().max(8).optional().describe('Password at the gateway.'),
      passwordEnv: secretOf('the password'),
    })
    .optional()
    .describe('Gateway that text messages to numbers go through.'),
});

const contact = z.strictObject({
  name: z.string().min(1).describe('Name.'),
  phoneNumber: z.string().min(1).optional().describe('Number.'),
  email: z.string().min(1).optional().describe('Address.'),
});

export const ozml = z.strictObject({
  ports: z
    .array(port)
    .max(8)
    .default([])
    .describe('More ports of the HTTP interface, such as 9509 and 7780, where clients of Ozeki expect it.'),
  filesDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of sounds that `Play` names by path, and the only one in which `MoveFile` and `DeleteFile` do anything; from the folder of this file. All accounts share it.',
    ),
  addressBooks: z
    .array(
      z.strictObject({
        name: z.string().min(1).describe('Name.'),
        contacts: z.array(contact).default([]).describe('Who stands in it.'),
      }),
    )
    .default([])
    .describe('What `ListAddressbookContacts` lists.'),
});
