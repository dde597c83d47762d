// Owns: for tests and measurements only: random numbers that are the same on every machine for the same name.

export class Random {
  #state: number;
  #spare: number | null = null;

  constructor(name: string) {
    let state = 0x2545f491;
    for (const letter of name) state = mix(state ^ letter.codePointAt(0)!);
    this.#state = state;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return (mix(this.#state) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  below(count: number): number {
    return Math.floor(count * this.next());
  }

  pick<Item>(items: ArrayLike<Item>): Item {
    return items[this.below(items.length)]!;
  }

  /** Of the normal distribution (Box and Muller). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Each key as often as every other, in any order. */
  keys(count: number, keypad: string): string {
    const dealt: string[] = [];
    while (dealt.length < count) {
      const deck = [...keypad];
      while (deck.length > 0) dealt.push(...deck.splice(this.below(deck.length), 1));
    }
    return dealt.slice(0, count).join('');
  }
}

/** The finalizer of MurmurHash3. */
function mix(value: number): number {
  let z = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}
