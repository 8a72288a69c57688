import { branchRestrictions } from '../../../domain/code/branch-rules.ts';
import type { Access } from '../access.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal, unlessMissing } from './connection/failures.ts';

const methods = ['merge', 'squash', 'rebase'] as const;

export function githubAccess({ rest, paginate }: GitHub, { signs = false }: { readonly signs?: boolean | undefined } = {}): Access {
  return {
    signs,

    async identity() {
      try {
        const { data, headers } = await rest.users.getAuthenticated();
        const scopes = headers['x-oauth-scopes'];
        return { login: data.login, ...(scopes !== undefined && { scopes: String(scopes).split(', ').filter(Boolean) }) };
      } catch (error) {
        // The token of an app's installation is nobody's.
        if (refusal(error)?.status === 403) return undefined;
        throw error;
      }
    },

    async isMember(team, login) {
      const { owner: org, repo: team_slug } = at(team);
      const found = await unlessMissing(rest.teams.getMembershipForUserInOrg({ org, team_slug, username: login }));
      return found?.data.state === 'active';
    },

    async members(team) {
      const { owner: org, repo: team_slug } = at(team);
      const found = await unlessMissing(paginate(rest.teams.listMembersInOrg, { org, team_slug, per_page: 100 }));
      return found?.map(({ login }) => login);
    },

    async repository(repository) {
      const found = await unlessMissing(rest.repos.get(at(repository)));
      if (!found) return undefined;
      const { archived, permissions } = found.data;
      return permissions?.push && !archived ? 'write' : 'read';
    },

    async rules(repository, branch) {
      const { data } = await rest.repos.getBranch({ ...at(repository), branch });
      // A branch counts as protected by rulesets, too, but shows the checks of its own protection only.
      if (!data.protected) return undefined;
      const rules = await paginate(rest.repos.getBranchRules, { ...at(repository), branch, per_page: 100 });
      const checks = rules.flatMap((rule) => (rule.type === 'required_status_checks' ? (rule.parameters?.required_status_checks ?? []).map(({ context }) => context) : []));
      const reviews = rules.flatMap((rule) => (rule.type === 'pull_request' ? [rule.parameters?.required_approving_review_count ?? 0] : []));
      return {
        checks: [...new Set([...(data.protection.required_status_checks?.contexts ?? []), ...checks])],
        reviews: Math.max(0, ...reviews),
        mergeQueue: rules.some(({ type }) => type === 'merge_queue'),
        signatures: rules.some(({ type }) => type === 'required_signatures'),
      };
    },

    async restrictions(repository, branch) {
      const types: readonly string[] = (await paginate(rest.repos.getBranchRules, { ...at(repository), branch, per_page: 100 })).map(({ type }) => type);
      return branchRestrictions.filter((restriction) => types.includes(restriction));
    },

    async merging(repository) {
      const { data } = await rest.repos.get(at(repository));
      if (data.allow_merge_commit === undefined) return undefined;
      const allowed = { merge: data.allow_merge_commit, squash: data.allow_squash_merge, rebase: data.allow_rebase_merge };
      return { methods: methods.filter((method) => allowed[method]), autoMerge: data.allow_auto_merge ?? false };
    },

    async workflow(repository, file) {
      const found = await unlessMissing(rest.actions.getWorkflow({ ...at(repository), workflow_id: file }));
      if (!found) return undefined;
      return found.data.state === 'active' ? 'active' : 'disabled';
    },
  };
}
