// Alarm panels: messages as keys, and the exchange of tones around them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarm, play } from '../flow/build.ts';
import type { NodeOf } from '../flow/node.ts';
import { type AlarmMessage, alarmName, decodeContactId, encodeContactId } from './contact-id.ts';
import { startRun } from './run-rig.ts';

/** The example of the standard: account 1234, perimeter burglary, partition 1, zone 15. */
const example = '1234181131010158';
const burglary: AlarmMessage = { account: '1234', qualifier: 'new', event: '131', partition: '01', zone: '015' };

describe('a message', () => {
  it('is read when its checksum fits', () => {
    expect(decodeContactId(example)).toEqual(burglary);
    expect(encodeContactId(burglary)).toBe(example);
    expect(alarmName('131')).toBe('Perimeter');
    expect([alarmName('139'), alarmName('999')]).toEqual(['Burglar alarm', '']);
  });

  it('is not read with one key changed, left out or added', () => {
    for (let at = 0; at < example.length; at += 1) {
      for (const key of '0123456789*#ABCD') {
        // 0 and F differ by five, no two keys by fifteen: one wrong key always shows.
        if (key !== example[at]) expect(decodeContactId(example.slice(0, at) + key + example.slice(at + 1))).toBeNull();
      }
      expect(decodeContactId(example.slice(0, at) + example.slice(at + 1))).toBeNull();
    }
    expect(decodeContactId(`${example}0`)).toBeNull();
  });

  it('is the same after both ways, whatever it says', () => {
    const hex = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789BCDEF'), minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        hex(4),
        fc.constantFrom('new', 'restore', 'status'),
        hex(3),
        hex(2),
        hex(3),
        (account, qualifier, event, partition, zone) => {
          const message = { account, qualifier, event, partition, zone } as AlarmMessage;
          const keys = encodeContactId(message)!;
          expect(keys).toMatch(/^[0-9*#ABC]{16}$/);
          expect(decodeContactId(keys)).toEqual(message);
        },
      ),
    );
  });

  it('cannot be made of other digits', () => {
    expect(encodeContactId({ ...burglary, account: '12A4' })).toBeNull();
    expect(encodeContactId({ ...burglary, zone: '15' })).toBeNull();
  });
});

const receive = (...body: NodeOf<'alarm'>['body']): NodeOf<'alarm'> => alarm(body, { onFailed: [play('nobody')] });
const heard = (rig: ReturnType<typeof startRun>) =>
  rig
    .all('prompt.start')
    .map(({ sound }) =>
      sound.kind === 'tone' ? `${sound.frequenciesHz[0]} ${sound.onMs}` : sound.kind === 'speech' ? sound.text : '',
    );
const finish = (rig: ReturnType<typeof startRun>, prompt: string) =>
  rig.put({ type: 'prompt.finished', prompt, why: 'end', playedMs: 100 });
const fire = (rig: ReturnType<typeof startRun>) => rig.put({ type: 'timer.fired', timer: rig.last('timer.arm').timer });

describe('a receiver', () => {
  it('says that it listens, takes the message, says so, and runs its body', () => {
    const rig = startRun([receive(play('{{alarm.account}} {{alarm.qualifier}} {{alarm.name}} {{alarm.zone}}'))]);
    fire(rig);
    expect(heard(rig)).toEqual(['1400 100', '2300 100']);
    finish(rig, 'prompt-1');
    finish(rig, 'prompt-2');
    rig.press(example);
    expect(heard(rig).at(-1)).toBe('1400 900');
    finish(rig, 'prompt-3');
    expect(heard(rig).at(-1)).toBe('1234 new Perimeter 015');
    finish(rig, 'prompt-4');
    fire(rig);
    expect(rig.all('call.hangup')).toHaveLength(1);
    expect(rig.notes('verb.finished').map(({ reason }) => reason)).toContain('1 taken, 0 refused');
  });

  it('takes keys that come before its tones are over', () => {
    const rig = startRun([receive()]);
    fire(rig);
    rig.press(example.slice(0, 5));
    finish(rig, 'prompt-1');
    finish(rig, 'prompt-2');
    rig.press(example.slice(5));
    expect(heard(rig).at(-1)).toBe('1400 900');
  });

  it('says nothing to a message with a wrong key, and runs its body once for one that is repeated', () => {
    const rig = startRun([receive(play('body'))]);
    fire(rig);
    finish(rig, 'prompt-1');
    finish(rig, 'prompt-2');
    rig.press(example.replace('8', '7'));
    expect(heard(rig)).toHaveLength(2);
    rig.press(example);
    finish(rig, 'prompt-3');
    finish(rig, 'prompt-4');
    rig.press(example);
    expect(heard(rig)).toEqual(['1400 100', '2300 100', '1400 900', 'body', '1400 900']);
  });

  it('asks three times, then gives up', () => {
    const rig = startRun([receive()]);
    fire(rig);
    for (let round = 0; round < 3; round += 1) {
      finish(rig, `prompt-${2 * round + 1}`);
      finish(rig, `prompt-${2 * round + 2}`);
      fire(rig);
    }
    expect(heard(rig)).toEqual([...Array(3).fill(['1400 100', '2300 100']).flat(), 'nobody']);
  });

  it('stops its tones when it is replaced', () => {
    const rig = startRun([receive()]);
    fire(rig);
    const effects = rig.put({ type: 'command.received', command: { kind: 'hangup', reason: 'x' } });
    expect(effects.map(({ type }) => type)).toEqual(['prompt.stop', 'prompt.stop', 'call.hangup']);
  });
});
