// Owns: the REST interface of v1 as it is mounted: every route, by prefix, and what is said when none takes a request.
// Does not: know who asks (src/api).
import type { RestFace, RestRoute } from '../../rest.ts';
import { applicationRoutes } from './applications.ts';
import { audioRoutes } from './audio.ts';
import { bridgeRoutes } from './bridges.ts';
import { callRoutes } from './calls.ts';
import { conferenceRoutes } from './conferences.ts';
import { domainRoutes } from './domains.ts';
import { dtmfRoutes } from './dtmf.ts';
import { errorRoutes } from './errors.ts';
import { eventRoutes } from './events.ts';
import { gatherRoutes } from './gather.ts';
import { mediaRoutes } from './media.ts';
import { memberRoutes } from './members.ts';
import { availableNumberRoutes, numberInfoRoutes, phoneNumberRoutes } from './phone-numbers.ts';
import { faultReply } from './problem.ts';
import { recordingRoutes } from './recordings.ts';
import { transcriptionRoutes } from './transcriptions.ts';
import { updateCallRoutes } from './update-call.ts';

const face = (prefix: string, routes: readonly RestRoute[]): RestFace => ({
  dialect: 'bandwidth-v1',
  prefix,
  routes,
  fault: faultReply,
});

export const bandwidthV1Rest: readonly RestFace[] = [
  face('/v1/users', [
    ...callRoutes,
    ...updateCallRoutes,
    ...audioRoutes,
    ...dtmfRoutes,
    ...gatherRoutes,
    ...eventRoutes,
    ...recordingRoutes,
    ...transcriptionRoutes,
    ...mediaRoutes,
    ...bridgeRoutes,
    ...conferenceRoutes,
    ...memberRoutes,
    ...applicationRoutes,
    ...phoneNumberRoutes,
    ...domainRoutes,
    ...errorRoutes,
  ]),
  face('/v1/availableNumbers', availableNumberRoutes),
  face('/v1/phoneNumbers', numberInfoRoutes),
];
