/**
 * What operators filter and sort releases by. All are Keywords, registered once per namespace
 * (`slipway attributes`): upserting an unregistered one would loop the workflow task for ever.
 */
export const searchAttributes = [
  'Component',
  'Environment',
  'Stage',
  'ReleaseState',
  'CandidateSha',
  'Version',
  'WaitingFor',
] as const;

export type SearchAttribute = (typeof searchAttributes)[number];
