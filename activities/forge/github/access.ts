import type { Access } from '../forge.ts';
import { at } from './client.ts';
import type { GitHub } from './client.ts';
import { refusal, unlessMissing } from './failures.ts';

export function githubAccess({ rest }: GitHub): Access {
  return {
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

    async repository(repository) {
      const found = await unlessMissing(rest.repos.get(at(repository)));
      if (!found) return undefined;
      const { archived, permissions } = found.data;
      return permissions?.push && !archived ? 'write' : 'read';
    },

    async requiredChecks(repository, branch) {
      const { data } = await rest.repos.getBranch({ ...at(repository), branch });
      return data.protected ? (data.protection.required_status_checks?.contexts ?? []) : undefined;
    },

    async workflow(repository, file) {
      const found = await unlessMissing(rest.actions.getWorkflow({ ...at(repository), workflow_id: file }));
      if (!found) return undefined;
      return found.data.state === 'active' ? 'active' : 'disabled';
    },
  };
}
