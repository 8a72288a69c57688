import { deployedTag, productionPassage } from '../../../domain/promotion/production/plan.ts';
import type { Stage } from '../../../domain/stages/rules.ts';
import { insist } from '../../people/obligations.ts';
import type { Passage } from '../../stages/passage.ts';
import { passStage } from '../../stages/stages.ts';
import { resolve } from './release.ts';
import type { ProductionRelease } from './release.ts';

/** Deploys it, once: dispatched, found again, followed, its image compared by digest, and the environment's own report awaited. */
export async function deploy(release: ProductionRelease, { digest }: { readonly digest?: string | undefined }): Promise<Passage> {
  const { plan } = release;
  const { approvals, leases, objections, pause } = release.passage;
  const passage: Passage = { ...release, approvals, leases, objections, pause, plan: productionPassage(plan), touched: [], departure: () => seeOff(release, digest), arrival: (stage) => whyAstray(release, stage, digest) };
  await passStage(passage, plan.target, plan.candidate);
  return passage;
}

/** A run is given a name, and takes what that stands for then: it must be what was agreed on, however long people have taken since. */
async function seeOff(release: ProductionRelease, digest: string | undefined): Promise<void> {
  const { plan, request, work, wakes } = release;
  const { repository, name, candidate, rules: { branch, image }, isPreview, pace } = plan;
  const look = { repository, candidate, branch, patience: pace.patience, ...(!isPreview && { tag: name }), ...(image && digest !== undefined && { image: image.name, digest }), isException: request.exception !== undefined };
  for (let attempt = 1; ; attempt++) {
    const why = await insist(release, `a last look at ${name}`, () => wakes.wakeable(() => work.whyUnfit(look, `look at ${name} once more`)));
    if (why === undefined) return;
    const { choice } = await resolve(release, { step: 'deploy', name: `departure-${attempt}`, about: `the deployment of ${name}`, why, choices: ['retry', 'anyway', 'abort'] });
    if (choice === 'anyway') return;
  }
}

/** A run that has succeeded has tagged an image, which the environment then takes up: it must be the one that was recorded. */
async function whyAstray(release: ProductionRelease, stage: Stage, recorded: string | undefined): Promise<string | undefined> {
  const { plan, status, work, wakes } = release;
  const { rules: { image }, name, pace } = plan;
  const tag = deployedTag(plan, stage.environment);
  if (!image || tag === undefined) return undefined;
  for (;;) {
    status.enter('promoting', { waitingFor: { what: `the image ${image.name}:${tag}` } });
    const found = await insist(release, `the image ${tag}`, () => wakes.wakeable(() => work.taggedImage({ image: image.name, tag, patience: pace.patience }, `wait for ${image.name}:${tag}`)));
    if (found === undefined) return `there is no image ${image.name}:${tag}, though the run has succeeded`;
    if (recorded === undefined || found === recorded) return undefined;
    const why = `${image.name}:${tag} is ${found}, and ${recorded} was recorded`;
    const { choice } = await resolve(release, { step: 'deploy', name: 'digest', about: `the image of ${name}`, why, choices: ['retry', 'anyway', 'refuse'] });
    if (choice === 'anyway') return undefined;
    if (choice === 'refuse') return why;
  }
}
