import { refusedAs } from '../../release/conclusion.ts';
import { insist } from '../../people/obligations.ts';
import { resolve, takeStep } from './release.ts';
import type { ProductionRelease } from './release.ts';

export type Established = { readonly kind: 'sound'; /** Of the image. */ readonly digest?: string } | { readonly kind: 'refused'; readonly reason: string };

/** Makes sure of the commit that goes to production, and gives it its tag and page, where it has none. Before that nothing is written. */
export function establishOrigin(release: ProductionRelease): Promise<Established> {
  const { plan, status, work } = release;
  const { name, isNew, isPreview } = plan;
  return takeStep(release, 'origin', async () => {
    const origin = await verify(release);
    if (origin.kind === 'refused') return refused(origin.reason);
    if (isPreview) return { told: origin.told, value: { kind: 'sound', ...(origin.digest !== undefined && { digest: origin.digest }) } };
    if (isNew) {
      const { repository, candidate, before, items, older } = plan;
      const page = { repository, name, candidate, items: items.map(({ item }) => item), older, ...(before && { since: before.name }) };
      const make = () =>
        work.makePreRelease(page, `make the release ${name}`).catch((failure: unknown) => {
          if (refusedAs('Conflict', failure) === undefined) throw failure;
          return undefined;
        });
      const made = await insist(release, `the tag ${name}`, make);
      if (made === undefined) return refused(`somebody has just made a tag ${name} on another commit`);
      status.stays(`${name} is a pre-release: ${made}`);
    }
    await retag(release);
    const digest = await recordDigest(release);
    return { told: `${origin.told}${digest === undefined || origin.told.includes(digest) ? '' : `; its tag's build made ${digest}`}`, value: { kind: 'sound', ...(digest !== undefined && { digest }) } };
  });
}

function refused(reason: string): { readonly told: string; readonly mark: 'failed'; readonly value: Established } {
  return { told: `refused: ${reason}`, mark: 'failed', value: { kind: 'refused', reason } };
}

async function verify(release: ProductionRelease): Promise<{ readonly kind: 'sound'; readonly digest?: string; readonly told: string } | { readonly kind: 'refused'; readonly reason: string }> {
  const { plan, request, status, work, wakes } = release;
  const { repository, name, candidate, rules, isPreview, component } = plan;
  const question = { plan: { repository, name, candidate, rules, isPreview, component }, ...(request.exception !== undefined && { exception: request.exception }) };
  for (;;) {
    status.enter('planning', { waitingFor: { what: `${rules.stage} to report ${candidate.slice(0, 7)}, and its image` } });
    const origin = await insist(release, `a look at where ${name} comes from`, () => wakes.wakeable(() => work.verifyOrigin(question, `verify the commit of ${name}`)));
    if (origin.kind !== 'doubtful') return origin;
    const { choice, by, reason } = await resolve(release, { step: 'origin', name: 'doubt', about: `the commit of ${name}`, why: origin.why, choices: ['retry', 'anyway', 'abort'] });
    if (choice === 'anyway') return { kind: 'sound', ...(origin.digest !== undefined && { digest: origin.digest }), told: `${origin.why}; anyway, by ${by}: ${reason}` };
  }
}

/** The push of a tag starts builds of its own: before they end, an image is still to be replaced. */
async function retag(release: ProductionRelease): Promise<void> {
  const { plan, request, status, work, wakes } = release;
  const { repository, name, candidate: sha, rules: { onTag }, pace } = plan;
  if (onTag.length === 0) return;
  for (let attempt = 1; ; attempt++) {
    status.enter('pipeline', { waitingFor: { what: `${onTag.join(', ')} for ${name}` } });
    const until = Date.now() + pace.patience;
    const runs = await insist(release, `the runs of the tag ${name}`, () => wakes.wakeable(() => work.tagRuns({ repository, tag: name, sha, workflows: onTag, until }, `wait for ${onTag.join(', ')}`)));
    const bad = runs.filter(({ state }) => state !== 'succeeded');
    if (bad.length === 0) return;
    // The retag of an exception fails as a rule: it looks for an image that is still being built.
    const again = attempt === 1 && request.exception !== undefined;
    const why = bad.map(({ workflow, state, url }) => (state === 'failed' ? `${workflow} failed: ${url}` : `${workflow} was not started by the tag`)).join('; ');
    const choice = again ? 'retry' : (await resolve(release, { step: 'origin', name: `retag-${attempt}`, about: `what the tag ${name} has started`, why, choices: ['retry', 'proceed', 'abort'] })).choice;
    if (choice === 'proceed') return;
    for (const { id, workflow, state } of bad) if (state === 'failed' && id !== undefined) await insist(release, `another run of ${workflow}`, () => work.rerunTagRun({ repository, run: id }, `run ${workflow} again`));
  }
}

async function recordDigest(release: ProductionRelease): Promise<string | undefined> {
  const { plan: { rules: { image }, candidate, name }, work, wakes } = release;
  if (!image) return undefined;
  return insist(release, `the image of ${name}`, () => wakes.wakeable(() => work.recordDigest({ image: image.name, candidate }, `record the digest of ${name}`)));
}
