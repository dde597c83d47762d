// Owns: Bandwidth's own OpenAPI file as a judge of what we answer and tell: the bodies of its voice interface by operation and
// status, and its webhooks by event. Remembers what it was shown, so that a test can say what was never tried.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

export const sdkFolder = dirname(createRequire(import.meta.url).resolve('bandwidth-sdk/package.json'));

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Answer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Api {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answer>>;
  };
}

const methods = ['get', 'post', 'put', 'delete'];

/** What is told under each event. */
export const webhooks: Readonly<Record<string, string>> = {
  initiate: 'initiateCallback',
  answer: 'answerCallback',
  gather: 'gatherCallback',
  dtmf: 'dtmfCallback',
  redirect: 'redirectCallback',
  recordComplete: 'recordingCompleteCallback',
  recordingAvailable: 'recordingAvailableCallback',
  transferAnswer: 'transferAnswerCallback',
  transferComplete: 'transferCompleteCallback',
  transferDisconnect: 'transferDisconnectCallback',
  bridgeComplete: 'bridgeCompleteCallback',
  bridgeTargetComplete: 'bridgeTargetCompleteCallback',
  machineDetectionComplete: 'machineDetectionCompleteCallback',
  conferenceCreated: 'conferenceCreatedCallback',
  conferenceMemberJoin: 'conferenceMemberJoinCallback',
  conferenceMemberExit: 'conferenceMemberExitCallback',
  conferenceRedirect: 'conferenceRedirectCallback',
  conferenceCompleted: 'conferenceCompletedCallback',
  conferenceRecordingAvailable: 'conferenceRecordingAvailableCallback',
  disconnect: 'disconnectCallback',
  transcriptionAvailable: 'transcriptionAvailableCallback',
};

/** What the vendor's pages name and its file does not. */
const beyond: Readonly<Record<string, readonly string[]>> = { 'webhook transferAnswer': ['parentCallId'] };

export interface Oracle {
  /** Operations of the voice interface. */
  readonly operations: readonly string[];
  readonly tried: ReadonlySet<string>;
  readonly told: ReadonlySet<string>;
  /** All that was wrong so far. */
  readonly violations: string[];
  /** `path` without the base. */
  answered(method: string, path: string, status: number, type: string, body: unknown): void;
  webhook(body: Readonly<Record<string, unknown>>): void;
}

export function createOracle(): Oracle {
  const api = parse(readFileSync(join(sdkFolder, 'bandwidth.yml'), 'utf8')) as Api;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'api', components: api.components });
  const routes = Object.entries(api.paths).flatMap(([path, item]) => {
    const servers = (item['servers'] ?? []) as readonly { readonly url: string }[];
    if (!servers.some(({ url }) => url.startsWith('https://voice.'))) return [];
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return methods.flatMap((method) =>
      item[method] === undefined ? [] : [{ method, pattern, operation: item[method] as Operation }],
    );
  });
  const tried = new Set<string>();
  const told = new Set<string>();
  const violations: string[] = [];

  function judge(what: string, schema: object, properties: Schema['properties'], body: unknown): void {
    const valid = ajv.compile(schema);
    if (!valid(body)) violations.push(`${what}: ${ajv.errorsText(valid.errors)} in ${JSON.stringify(body)}`);
    const one: unknown = Array.isArray(body) ? body[0] : body;
    if (properties === undefined || typeof one !== 'object' || one === null) return;
    const strange = Object.keys(one).filter((name) => !(name in properties) && !beyond[what]?.includes(name));
    if (strange.length > 0) violations.push(`${what}: has ${strange.join(', ')}, which the schema lacks`);
  }

  const schemaOf = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : api.components.schemas[schema.$ref.split('/').at(-1)!]!;

  return {
    operations: routes.map(({ operation }) => operation.operationId),
    tried,
    told,
    violations,
    answered(method, path, status, type, body) {
      const route = routes.find((one) => one.method === method.toLowerCase() && one.pattern.test(path));
      const what = `${method.toUpperCase()} ${path} ${status}`;
      if (route === undefined) {
        violations.push(`${what}: the interface has no such operation`);
        return;
      }
      const { operationId, responses } = route.operation;
      tried.add(operationId);
      const named = responses[String(status)];
      if (named === undefined) {
        violations.push(`${what}: ${operationId} never answers so`);
        return;
      }
      const { content } = named.$ref === undefined ? named : api.components.responses[named.$ref.split('/').at(-1)!]!;
      if (content === undefined) {
        if (body !== '' && body !== undefined && body !== null)
          violations.push(`${what}: an answer without a body has one`);
        return;
      }
      const found = Object.entries(content).find(([name]) => type.startsWith(name));
      if (found === undefined) {
        violations.push(`${what}: answered with ${type}, not with ${Object.keys(content).join(' or ')}`);
        return;
      }
      if (found[0] !== 'application/json') return;
      const { schema } = found[1];
      const inner = schemaOf(schema.type === 'array' ? schema.items! : schema);
      const shape = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
      judge(what, shape, schemaOf(inner.items ?? inner).properties, body);
    },
    webhook(body) {
      const event = String(body['eventType']);
      // The vendor's pages have these, its file does not.
      if (/^(mediaStream|realTimeTranscription)[A-Z]/.test(event)) return;
      const name = webhooks[event];
      if (name === undefined || api.components.schemas[name] === undefined) {
        violations.push(`the webhook ${event} is none of the vendor's`);
        return;
      }
      told.add(event);
      judge(
        `webhook ${event}`,
        { $ref: `api#/components/schemas/${name}` },
        api.components.schemas[name].properties,
        body,
      );
    },
  };
}
