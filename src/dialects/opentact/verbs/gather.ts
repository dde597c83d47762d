// Owns: Gather with its prompts and branches: Switch, Case, Default, Error (old generation), DTMF (new).
// Does not: collect a key; what the timers mean is said in decisions.ts.
import * as build from '../../../flow/build.ts';
import type { Block, Destination, GatherBranch, Prompt } from '../../../flow/node.ts';
import { resolveAddress } from '../../xml/address.ts';
import type { Fields } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import { type CompileVerb, fieldsOf, knownChildren, type Named, type Scope } from '../scope.ts';

const digitCount = { min: 1, max: 128 };

export const gather: CompileVerb = ({ scope, fields, at, children, onFailed }) => {
  const wanted = (['numDigits', 'dtmf_length', 'length'] as const).map((name) =>
    fields.integer(name, null, digitCount),
  );
  const maxDigits = wanted.find((value) => value !== null) ?? 1;
  const timeoutMs = fields.milliseconds('timeout', byDefault.gatherTimeoutMs, { min: 1, max: 3_600_000 });
  // A value that cannot be read means that somebody wanted it: a secret that is kept too well does less harm.
  const sensitive = fields.boolean('sensitive', fields.attribute('sensitive') !== null);
  const [finishOnKey, dtmfStop] = [finishingKeys(fields, scope), fields.keys('dtmf_stop', null)];
  const parts = new Parts(scope, onFailed);
  for (const child of children) parts.take(child);
  return [
    build.gather({
      at,
      prompts: parts.prompts,
      minDigits: 1,
      minDigitsAtTimeout: maxDigits,
      maxDigits,
      terminators: finishOnKey ?? dtmfStop ?? '*',
      acceptEmpty: true,
      firstDigitMs: timeoutMs,
      interDigitMs: null,
      totalMs: timeoutMs,
      attempts: fields.integer('attempts', 1, { min: 1, max: 100 }),
      retryOn: 'any-failure',
      sensitive,
      report: reportOf(fields, scope),
      reportWhen: 'each-attempt',
      branches: parts.branches,
      onOther: parts.onOther,
      onFailed: parts.onFailed,
    }),
  ];
};

/** The children, sorted into what they are for. */
class Parts {
  readonly prompts: Prompt[] = [];
  readonly branches: GatherBranch[] = [];
  onOther: Block | null = null;
  onFailed: Block | null;
  readonly #scope: Scope;

  constructor(scope: Scope, onFailed: Block | null) {
    this.#scope = scope;
    this.onFailed = onFailed;
  }

  take(child: Named): void {
    const { name, element } = child;
    const { problems } = this.#scope;
    if (name === 'Say' || name === 'Play' || name === 'Pause') this.#prompt(child);
    else if (name === 'Switch') {
      fieldsOf(child, this.#scope);
      for (const inner of knownChildren(element, problems, false)) this.#branch(inner, 'Switch', 'Case');
    } else this.#branch(child, 'Gather', 'DTMF');
  }

  #prompt(child: Named): void {
    for (const node of this.#scope.single(child)) {
      if ('onFailed' in node && node.onFailed !== null) {
        this.#scope.problems.warn('error-block-unused', node.at, 'An <Error> of a prompt inside <Gather> never runs.');
      }
      if (node.kind === 'play') this.prompts.push(node.prompt);
      if (node.kind === 'pause') this.prompts.push(build.prompt({ kind: 'silence', durationMs: node.durationMs }));
    }
  }

  #branch(child: Named, parent: 'Switch' | 'Gather', branchName: 'Case' | 'DTMF'): void {
    const { name, element } = child;
    const { problems, block, errorBlock } = this.#scope;
    if (name === branchName) {
      const fields = fieldsOf(child, this.#scope);
      const attribute = name === 'Case' ? 'dtmf' : 'value';
      const digits = fields.text(attribute)?.toUpperCase() ?? null;
      const body = block(knownChildren(element, problems, false));
      if (digits !== null && /^[0-9*#A-D]{1,128}$/.test(digits)) this.branches.push({ digits, body });
      else if (digits === null)
        problems.warn(
          'attribute-missing',
          element.at,
          `<${name}> needs the attribute ${attribute}; it is skipped.`,
          `Write <${name} ${attribute}="1">.`,
        );
      else
        problems.warn(
          'attribute-invalid',
          fields.attribute(attribute)!.at,
          `No caller can key "${digits}"; <${name}> is skipped.`,
          'Allowed: one or more of 0-9, *, # and A-D.',
        );
    } else if (name === 'Default') {
      fieldsOf(child, this.#scope);
      const body = block(knownChildren(element, problems, false));
      if (this.onOther === null) this.onOther = body;
      else problems.warn('flow-branch-duplicate', element.at, 'There is a <Default> already; this one never runs.');
    } else if (name === 'Error') {
      const body = errorBlock(element);
      if (this.onFailed === null) this.onFailed = body;
      else problems.warn('error-block-unused', element.at, 'There is an <Error> already; this one never runs.');
    } else {
      const inside =
        parent === 'Switch' ? 'Case, Default and Error' : 'Say, Play, Pause, Switch, DTMF, Default and Error';
      problems.warn(
        'verb-misplaced',
        element.at,
        `<${name}> has no meaning directly inside <${parent}>; it is skipped.`,
        `Allowed there: ${inside}.`,
      );
    }
  }
}

function finishingKeys(fields: Fields, scope: Scope): string | null {
  const attribute = fields.attribute('finishOnKey');
  if (attribute?.value.includes('+')) {
    scope.problems.warn(
      'attribute-invalid',
      attribute.at,
      'No telephone sends the key +; it is left out.',
      'Allowed: 0-9, * and #.',
    );
  }
  return fields.keys('finishOnKey', null, '+');
}

function reportOf(fields: Fields, scope: Scope): Destination | null {
  const method = fields.choice('method', ['GET', 'POST'], 'GET');
  const [callback, url] = [fields.attribute('callback'), fields.attribute('url')];
  const written = callback ?? url;
  if (written === null || written.value.trim() === '') return null;
  const address = resolveAddress(written.value.trim(), scope.source);
  if ('url' in address) return build.destination(address.url, { method });
  scope.problems.warn('address-invalid', written.at, `${address.fault} The result is not reported.`, address.hint);
  return null;
}
