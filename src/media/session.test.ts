import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { MediaEvent, SavedSession } from './plane.ts';
import { decodeRtcp, encodeReport } from './rtcp.ts';
import { RtpSession } from './session.ts';
import type { SessionHost } from './session-host.ts';
import { audioTo, closeAll, createPhone, open, ownPorts, type Phone } from './session-rig.ts';
import { bindPair, closeSocket } from './session-sockets.ts';

afterEach(closeAll);

/** A session on real sockets whose clock and pacer are the test's. */
async function createSession(cname?: string) {
  const events: MediaEvent[] = [];
  const saves: SavedSession[] = [];
  const failures: unknown[] = [];
  const clock = { now: 5_000, wall: 1_800_000_000_000 };
  const host: SessionHost & { sent: SessionHost['sent'] } = {
    host: '127.0.0.1',
    now: () => clock.now,
    wall: () => clock.wall,
    emit: (_session, event) => void (event.type === 'saved' ? saves.push(event.saved) : events.push(event)),
    beforeTelling: (run) => run(),
    failed: (_session, error) => failures.push(error),
    sent() {},
    skipped() {},
  };
  const sockets = await bindPair('127.0.0.1', await ownPorts());
  const session = new RtpSession(1, sockets, host, null, cname);
  open.push(session);
  const pass = (ms: number) => {
    for (const until = clock.now + ms; clock.now < until; ) {
      clock.now += 20;
      clock.wall += 20;
      session.onDue(0);
    }
  };
  return { session, events, saves, failures, clock, pass, sockets, host };
}

async function heardBy(phone: Phone, sockets: Awaited<ReturnType<typeof createSession>>['sockets']): Promise<void> {
  const arrived = once(sockets.rtp, 'message');
  phone.audio(sockets.rtp.address());
  await arrived;
}

describe('a session', () => {
  it('says every 30 s that nothing comes, until something does', async () => {
    const phone = await createPhone();
    const { session, events, pass, sockets } = await createSession();
    session.configure(audioTo(phone));
    pass(29_980);
    expect(events).toEqual([]);
    pass(60_000);
    expect(events).toEqual([30_000, 60_000].map((forMs) => ({ type: 'media-absent', forMs })));
    await heardBy(phone, sockets);
    pass(30_000);
    const told = events.flatMap((event) => (event.type === 'media-absent' ? [event.forMs] : []));
    expect(told).toEqual([30_000, 60_000, 30_000]);
  });

  it('expects nothing from a peer on hold', async () => {
    const phone = await createPhone();
    const { session, events, pass } = await createSession();
    session.configure(audioTo(phone, { direction: 'sendonly' }));
    pass(60_000);
    expect(events).toEqual([]);
    session.configure(audioTo(phone));
    pass(29_980);
    expect(events).toEqual([]);
  });

  it('reports what it sent and heard, echoes the last sender report, and says BYE', async () => {
    const phone = await createPhone();
    const rtcp = await createPhone();
    const reports: Buffer[] = [];
    rtcp.socket.on('message', (bytes: Buffer) => reports.push(bytes));
    const { session, clock, pass, sockets } = await createSession();
    session.configure(audioTo(phone, { remoteRtcpPort: rtcp.port }));
    await heardBy(phone, sockets);
    phone.sequence += 1;
    await heardBy(phone, sockets);
    const theirs = Buffer.alloc(400);
    const sender = { ntpSeconds: 0x11112222, ntpFraction: 0x33334444, timestamp: 0, packets: 2, octets: 320 };
    const length = encodeReport(theirs, 7, sender, null, 'phone');
    const arrived = once(sockets.rtcp, 'message');
    rtcp.socket.send(theirs.subarray(0, length), sockets.rtcp.address().port, '127.0.0.1');
    await arrived;
    const report = once(rtcp.socket, 'message');
    const before = clock.now;
    pass(7_600);
    await report;
    const packets = decodeRtcp(reports[0]!, reports[0]!.length)!;
    const sentBytes = packets[0]!.type === 'sender-report' ? packets[0]!.sender : null;
    expect(sentBytes!.octets).toBe(sentBytes!.packets * 160);
    expect(packets[0]).toMatchObject({
      type: 'sender-report',
      blocks: [{ ssrc: 7, lost: 1, fractionLost: 85, lastReport: 0x22223333 }],
    });
    expect(packets[1]).toMatchObject({ type: 'name' });
    expect(clock.now - before).toBeLessThanOrEqual(7_600);
    await session.close();
    for (;;) {
      const last = decodeRtcp(reports.at(-1)!, reports.at(-1)!.length)!.at(-1)!;
      if (last.type === 'name') await once(rtcp.socket, 'message');
      else {
        expect(last).toEqual({ type: 'bye', ssrcs: [(packets[0] as { ssrc: number }).ssrc] });
        break;
      }
    }
  });

  it('goes on reporting after a restart as the same source, counting on', async () => {
    const phone = await createPhone();
    const rtcp = await createPhone();
    const reports: Buffer[] = [];
    rtcp.socket.on('message', (bytes: Buffer) => reports.push(bytes));
    const nextReport = async (pass: (ms: number) => void) => {
      const arrived = once(rtcp.socket, 'message');
      pass(7_600);
      await arrived;
      return decodeRtcp(reports.at(-1)!, reports.at(-1)!.length)!;
    };
    const first = await createSession();
    first.session.configure(audioTo(phone, { remoteRtcpPort: rtcp.port }));
    const [sent, named] = await nextReport(first.pass);
    const saved = first.saves.at(-1)!;
    await Promise.all([closeSocket(first.sockets.rtp), closeSocket(first.sockets.rtcp)]);
    open.splice(open.indexOf(first.session), 1);

    const second = await createSession(saved.cname);
    second.clock.wall = first.clock.wall + 900;
    expect(second.session.takeUp(saved)).toBe(true);
    const [again, namedAgain] = await nextReport(second.pass);
    expect(namedAgain).toEqual(named);
    if (sent?.type !== 'sender-report' || again?.type !== 'sender-report') throw new Error('no sender reports');
    expect(again.ssrc).toBe(sent.ssrc);
    const { packets, octets } = again.sender;
    expect(packets).toBeGreaterThan(sent.sender.packets);
    expect(octets).toBe(packets * 160);
    expect((again.sender.timestamp - sent.sender.timestamp) >>> 0).toBeLessThan(8 * 20_000);
  });

  it('has nothing to go on with when nothing was agreed on before a restart', async () => {
    const phone = await createPhone();
    const { session, saves, events } = await createSession();
    const saved = { ...saves[0]!, ssrc: 4711, keys: { ...saves[0]!.keys, count: 0 } };
    expect(session.takeUp(saved)).toBe(false);
    session.configure(audioTo(phone));
    expect(saves.at(-1)).toMatchObject({ ssrc: 4711, sending: true, held: false });
    expect(events).toEqual([]);
  });

  it('tells a fault of its own to its host instead of throwing', async () => {
    const phone = await createPhone();
    const { session, failures, host } = await createSession();
    session.configure(audioTo(phone));
    const fault = new Error('ours');
    host.sent = () => {
      throw fault;
    };
    session.onDue(0);
    expect(failures).toEqual([fault]);
  });
});
