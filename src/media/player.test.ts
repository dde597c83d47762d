import { describe, expect, it } from 'vitest';
import { alawCode, ulawCode } from './g711.ts';
import { Player } from './player.ts';
import { Clip } from './worker-clip.ts';

function player(): { player: Player; told: string[]; take: (count: number) => number[] } {
  const told: string[] = [];
  const player = new Player({
    started: (id) => told.push(`${id} started`),
    finished: (id, why, playedMs) => told.push(`${id} ${why} ${playedMs}`),
  });
  return {
    player,
    told,
    take(count) {
      const into = new Uint8Array(count + 2);
      return Array.from(into.subarray(1, 1 + player.fill('PCMU', into, 1, count)));
    },
  };
}

const ramp = (length: number, first = 0) => Int16Array.from({ length }, (_, i) => (first + i) * 8);
const codes = (samples: Int16Array) => Array.from(samples, ulawCode);
const once = { times: 1, stopKeys: '', startMs: 0 };

describe('the player', () => {
  it('joins clips without a gap inside one packet and then runs dry', () => {
    const { player: p, told, take } = player();
    p.play({ id: 'a', clip: new Clip(ramp(200)), ...once });
    p.play({ id: 'b', clip: new Clip(ramp(80, 500)), ...once });
    const all = [...take(160), ...take(160)];
    expect(all).toEqual(codes(Int16Array.of(...ramp(200), ...ramp(80, 500))));
    expect(told).toEqual(['a started', 'a end 25', 'b started', 'b end 10']);
    expect(take(160)).toEqual([]);
    expect(p.playing).toBe(false);
  });

  it('repeats as often as asked, and until stopped for null', () => {
    const { player: p, told, take } = player();
    p.play({ id: 'a', clip: new Clip(ramp(8)), times: 3, stopKeys: '', startMs: 0 });
    p.play({ id: 'b', clip: new Clip(ramp(8)), times: null, stopKeys: '', startMs: 0 });
    expect(take(800).length).toBe(800);
    p.stop('b');
    expect(told).toEqual(['a started', 'a end 3', 'b started', 'b stopped 97']);
    expect(take(8)).toEqual([]);
  });

  it('begins inside a clip; a beginning behind its end is its end', () => {
    const { player: p, told, take } = player();
    p.play({ id: 'a', clip: new Clip(ramp(80)), times: 1, stopKeys: '', startMs: 9 });
    p.play({ id: 'b', clip: new Clip(ramp(80)), times: 1, stopKeys: '', startMs: 900 });
    p.play({ id: 'c', clip: new Clip(new Int16Array(0)), times: null, stopKeys: '', startMs: 0 });
    expect(take(160)).toEqual(codes(ramp(80)).slice(72));
    expect(told).toEqual(['a started', 'a end 1', 'b started', 'b end 0', 'c started', 'c end 0']);
  });

  it('ends for a key whatever names that key, up to the first that does not', () => {
    const { player: p, told, take } = player();
    const clip = new Clip(ramp(800));
    p.play({ id: 'a', clip, times: 1, stopKeys: '12', startMs: 0 });
    p.play({ id: 'b', clip, times: 1, stopKeys: '2', startMs: 0 });
    p.play({ id: 'c', clip, times: 1, stopKeys: '', startMs: 0 });
    p.play({ id: 'd', clip, times: 1, stopKeys: '2', startMs: 0 });
    take(160);
    p.key('3');
    p.key('2');
    expect(told).toEqual(['a started', 'a key 20', 'b key 0']);
    take(160);
    expect(told.at(-1)).toBe('c started');
  });

  it('goes on in the other law where it was', () => {
    const { player: p } = player();
    p.play({ id: 'a', clip: new Clip(ramp(20_000)), ...once });
    const into = new Uint8Array(160);
    for (let i = 0; i < 60; i++) p.fill('PCMU', into, 0, 160);
    p.fill('PCMA', into, 0, 160);
    expect(Array.from(into)).toEqual(Array.from(ramp(20_000).subarray(9600, 9760), alawCode));
  });
});
