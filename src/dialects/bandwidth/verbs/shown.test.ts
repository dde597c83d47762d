import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';

function target(inside: string) {
  const { flow, problems } = compile(`<Response>${inside}</Response>`, 'https://app.test/');
  const dial = flow?.body.find(({ kind }) => kind === 'dial');
  if (dial?.kind !== 'dial') throw new Error(`no dial: ${JSON.stringify(problems)}`);
  const { kind, address, ...shown } = dial.targets[0]!;
  return { ...shown, problems: problems.map(({ code, message }) => `${code} ${message}`) };
}
const transfer = (attributes: string, own = '') =>
  target(`<Transfer ${attributes}><PhoneNumber ${own}>+15551234567</PhoneNumber></Transfer>`);
const hidden = [{ name: 'Privacy', value: 'user;id' }];

describe('what a dialled phone is shown', () => {
  it('is nothing beside the number unless it is said', () => {
    expect(transfer('')).toEqual({ problems: [] });
    expect(transfer('privacy="false" diversionTreatment="none" diversionReason="away"')).toEqual({ problems: [] });
  });

  it('is a name, which cannot reach into the headers or be a variable', () => {
    expect(transfer('transferCallerDisplayName="Ferry"')).toEqual({ displayName: 'Ferry', problems: [] });
    expect(transfer('transferCallerDisplayName="{{digits}}"').displayName).toBe('{ {digits}}');
    const refused = ['attribute-invalid transferCallerDisplayName cannot be shown; no name is.'];
    expect(transfer('transferCallerDisplayName="a&#10;X: y"')).toEqual({ problems: refused });
    expect(transfer(`transferCallerDisplayName="${'x'.repeat(257)}"`)).toEqual({ problems: refused });
  });

  it('is hidden with privacy, or with a hidden caller id', () => {
    expect(transfer('privacy="true"')).toEqual({ displayName: 'Anonymous', headers: hidden, problems: [] });
    expect(transfer('privacy="true" transferCallerDisplayName="Private"').displayName).toBe('Private');
    expect(transfer('transferCallerId="restricted"')).toMatchObject({ displayName: 'Restricted', headers: hidden });
    expect(transfer('privacy="true" transferCallerDisplayName="Bob"')).toEqual({
      displayName: 'Anonymous',
      headers: hidden,
      problems: ['attribute-invalid transferCallerDisplayName="Bob" would tell who calls; Anonymous is shown.'],
    });
  });

  it('is where the call was diverted from: what came in, and with `stack` the number that was called', () => {
    const before = { name: 'Diversion', value: '{{diversion}}' };
    expect(transfer('diversionTreatment="propagate"').headers).toEqual([before]);
    const own = { name: 'Diversion', value: '<tel:{{to}}>;reason=away' };
    expect(transfer('diversionTreatment="stack" diversionReason="away"').headers).toEqual([own, before]);
    expect(target('<Forward to="+1555" diversionTreatment="stack" uui="6869;encoding=hex"/>').headers).toEqual([
      { name: 'Diversion', value: '<tel:{{to}}>;reason=unknown' },
      before,
      { name: 'User-to-User', value: '6869;encoding=hex' },
    ]);
  });

  it('is User-to-User data with an encoding, a header for each value', () => {
    expect(transfer('', 'uui="aGk=;encoding=base64, a.b.c;encoding=jwt"').headers).toEqual([
      { name: 'User-to-User', value: 'aGk=;encoding=base64' },
      { name: 'User-to-User', value: 'a.b.c;encoding=jwt' },
    ]);
    for (const wrong of ['aGk=', 'a b;encoding=hex', 'a;encoding=rot13', `${'x'.repeat(256)};encoding=hex`])
      expect(transfer('', `uui="${wrong}"`)).toEqual({
        problems: ['attribute-invalid uui cannot be sent; it is ignored.'],
      });
  });
});
