// hot path
// Owns: looking for a third tone beside the two of a key. Noise spreads over the whole band; a voice or a chord that
// happens to hold a key's two frequencies has more of them. Does not: know how strong is too strong.
import { longestFit } from './tone-fit.ts';
import { cosine, hannWindow } from './wave-table.ts';

const lowestHz = 480;
const highestHz = 3720;
const stepHz = 60;
/** What stands so close to a key's tone is an edge or an echo of it. */
const guardHz = 70;

const windowed = new Float64Array(longestFit);

/**
 * Energy of the strongest tone in residual[0, count), as if it lasted the whole window; stops looking when one is above
 * `enough`.
 */
export function strongestTone(
  residual: Float64Array,
  count: number,
  rowHz: number,
  columnHz: number,
  enough: number,
): number {
  const hann = hannWindow(count);
  let weight = 0;
  for (let i = 0; i < count; i++) {
    const w = hann[i]!;
    weight += w;
    windowed[i] = w * residual[i]!;
  }
  const scale = (2 * count) / (weight * weight);
  let strongest = 0;
  for (let f = lowestHz; f <= highestHz; f += stepHz) {
    if (Math.abs(f - rowHz) < guardHz || Math.abs(f - columnHz) < guardHz) continue;
    const c = 2 * cosine[f]!;
    let s1 = 0;
    let s2 = 0;
    for (let i = 0; i < count; i++) {
      const s0 = windowed[i]! + c * s1 - s2;
      s2 = s1;
      s1 = s0;
    }
    const energy = scale * (s1 * s1 + s2 * s2 - c * s1 * s2);
    if (energy > strongest) {
      strongest = energy;
      if (strongest > enough) break;
    }
  }
  return strongest;
}
