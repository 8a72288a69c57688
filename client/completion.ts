import type { Command } from 'commander';
import { Argument } from 'commander';
import { everyKind } from '../domain/release/kinds.ts';
import type { Answering } from './terminal/session.ts';
import { localComponents } from './terminal/local-catalog.ts';

export function addCompletion(program: Command, answering: Answering): void {
  program
    .command('completion')
    .description('print a completion script: eval "$(slipway completion bash)"')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .action((shell: string) =>
      answering(async () => {
        const text = shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${script(program)}` : script(program);
        return { exit: 0, text, json: { shell, script: text } };
      }),
    );
  program
    .command('components', { hidden: true })
    .action(() =>
      answering(async ({ terminal }) => {
        const components = (await localComponents(terminal.env.SLIPWAY_CATALOG ?? 'slipway.yaml')) ?? [];
        return { exit: 0, text: components.join('\n'), json: components };
      }),
    );
}

/** Completes verbs, their options, and the components of the catalog in the working directory. */
function script(program: Command): string {
  const everywhere = program.options.map(({ long }) => long);
  const verbs = program.createHelp().visibleCommands(program);
  const cases = verbs.map((verb) => `    ${verb.name()}) options="${[...verb.options.map(({ long }) => long), ...everywhere].join(' ')}" ;;`);
  return `_slipway() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${verbs.map((verb) => verb.name()).join(' ')}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "${everyKind.map(({ workflow }) => workflow).join(' ')} $(slipway components 2>/dev/null)" -- "$word")) ;;
  esac
}
complete -F _slipway slipway`;
}
