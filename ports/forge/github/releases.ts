import { neverRetry } from '../../failures.ts';
import { fittingBody, longestNotes } from '../../../domain/code/quiet-text.ts';
import type { ForgeRelease, NewForgeRelease, Releases } from '../releases.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal, unlessMissing } from './connection/failures.ts';

export function githubReleases({ rest, paginate }: GitHub): Releases {
  const fields = ({ repository, tag, title, body, prerelease, latest }: NewForgeRelease) => ({
    ...at(repository),
    tag_name: tag,
    name: title,
    body: fittingBody(body, longestNotes),
    prerelease,
    draft: false,
    make_latest: latest ? ('true' as const) : ('false' as const),
  });

  return {
    async find(repository, tag) {
      const published = await unlessMissing(rest.repos.getReleaseByTag({ ...at(repository), tag }));
      if (published) return fromGitHub(published.data);
      // That does not tell of drafts.
      for await (const { data } of paginate.iterator(rest.repos.listReleases, { ...at(repository), per_page: 100 })) {
        const draft = data.find((release) => release.tag_name === tag);
        if (draft) return fromGitHub(draft);
      }
      return undefined;
    },

    async create(release) {
      return fromGitHub((await rest.repos.createRelease(fields(release)).catch((error: unknown) => explained(release, error))).data);
    },

    async rewrite(id, release) {
      return fromGitHub((await rest.repos.updateRelease({ ...fields(release), release_id: id }).catch((error: unknown) => explained(release, error))).data);
    },

    async latest(repository) {
      return (await unlessMissing(rest.repos.getLatestRelease(at(repository))))?.data.tag_name;
    },
  };
}

/** GitHub hides what it is about: "Not Found" is what it says where the tag's commit changes workflows, and the token may not. */
function explained({ repository, tag }: NewForgeRelease, error: unknown): never {
  if (refusal(error)?.status !== 404) throw error;
  throw neverRetry('PermissionDenied', `GitHub answered 404 to the release ${tag} of ${repository}: the token lacks contents=write, or workflows=write where files of .github/workflows differ between the tag and the default branch`, refusal(error));
}

interface GivenRelease {
  readonly id: number;
  readonly html_url: string;
  readonly tag_name: string;
  readonly name: string | null;
  readonly body?: string | null | undefined;
  readonly draft: boolean;
  readonly prerelease: boolean;
}

function fromGitHub({ id, html_url, tag_name, name, body, draft, prerelease }: GivenRelease): ForgeRelease {
  return { id, url: html_url, tag: tag_name, title: name ?? '', body: body ?? '', draft, prerelease };
}
