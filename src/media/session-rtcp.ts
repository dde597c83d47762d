import type { Socket } from 'node:dgram';
import type { RtpStream } from './session-stream.ts';
export class SessionRtcp {
  constructor(_stream: RtpStream, _socket: Socket) {}
  configure(_address: string, _port: number, _everyMs: number): void {}
  take(_bytes: Buffer, _nowMs: number): void {}
  heard(_sequence: number, _timestamp: number, _ssrc: number, _nowMs: number): void {}
  tick(_nowMs: number): void {}
  bye(): void {}
}
