import { describe, expect, it } from 'vitest';
import { bandwidthV1Rest } from './face.ts';
import { endpoints } from './support.ts';

/** A path whose parameters have no names: the vendor has others. */
const plain = (path: string): string => path.replaceAll(/(\{[^}]+\}|:[^/]+)/g, ':');

describe('the routes', () => {
  it('are the endpoints of the support table', () => {
    const routes = bandwidthV1Rest.flatMap((face) => face.routes.map(({ method, path }) => `${method} ${plain(path)}`));
    const told = endpoints.map(({ method, path }) => `${method} ${plain(path)}`);
    expect(routes.toSorted()).toEqual(told.toSorted());
    expect(new Set(routes).size).toBe(routes.length);
  });

  it('stand below the prefix of their face', () => {
    for (const { prefix, routes } of bandwidthV1Rest)
      for (const { path } of routes) expect(path.startsWith(`${prefix}/`)).toBe(true);
  });

  it('say why whatever is not whole is not', () => {
    expect(endpoints.filter(({ level, note }) => level !== 'yes' && note === '')).toEqual([]);
  });
});
