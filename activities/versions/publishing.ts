import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { judge, toldWait } from '../../domain/code/pipeline.ts';
import type { VersionPlan } from '../../domain/versions/plan.ts';
import { titleOf } from '../../domain/versions/version.ts';
import { effect } from '../effect.ts';
import { notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { serverTime } from '../server-time.ts';

export type TagPipeline =
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] }
  /** Nothing runs for it, for as long as is usual. */
  | { readonly kind: 'none' };

export interface TagLook extends Pick<VersionPlan, 'repository' | 'target' | 'tag' | 'requiredChecks'> {
  /** Until when a first check is waited for, in ms since 1970. */
  readonly until: number;
  /** How long what may never come is waited for, in ms. */
  readonly patience: number;
}

export type PublishedVersion = Pick<VersionPlan, 'repository' | 'tag' | 'version' | 'versionKind' | 'section' | 'latest'>;

/** What follows a tag: the page at the forge, and what CI says. */
export function createPublishing({ forge, readLagMs }: Pick<Ports, 'forge' | 'readLagMs'>) {
  /** Publishes the forge's release of a tag. One that is published is left as it is: people may have edited it. */
  async function publishVersion({ repository, tag, version, versionKind, section, latest }: PublishedVersion): Promise<{ readonly url: string }> {
    const body = section?.body ?? `Candidate ${tag}.\n`;
    const release = { repository, tag, title: titleOf(version), body, prerelease: versionKind === 'candidate', latest };
    const published = async () => {
      const found = await forge.releases.find(repository, tag);
      return found && !found.draft ? found : undefined;
    };
    const { url } = await effect({
      key: `release ${repository} ${tag}`,
      lagMs: readLagMs,
      probe: published,
      async act() {
        const draft = await forge.releases.find(repository, tag);
        return draft ? forge.releases.rewrite(draft.id, release) : forge.releases.create(release);
      },
    });
    return { url };
  }

  /** Looks once. @throws `NotYet` while checks of the tagged commit run */
  async function tagPipeline({ repository, target, tag, requiredChecks, until, patience }: TagLook): Promise<TagPipeline> {
    const verdict = judge(await forge.pipelines.checks(repository, target), { required: requiredChecks, patience }, serverTime());
    if (verdict.kind === 'green') return { kind: 'green' };
    if (verdict.kind === 'red') return verdict;
    const hasBegun = verdict.running.length > 0 || verdict.missing.length > 0;
    if (!hasBegun && serverTime() > until) return { kind: 'none' };
    throw notYet(`${toldWait(verdict)} of ${tag}`);
  }

  return { publishVersion: beating(publishVersion), tagPipeline };
}
