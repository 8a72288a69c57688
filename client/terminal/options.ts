import { Option } from 'commander';

export function taskQueueOption(): Option {
  return new Option('--task-queue <name>', "the workers' task queue").env('SLIPWAY_TASK_QUEUE').default('slipway');
}

export function catalogOption(purpose: string): Option {
  return new Option('--catalog <file>', purpose).env('SLIPWAY_CATALOG').default('slipway.yaml');
}

export function byOption(purpose = 'who decides'): Option {
  return new Option('--by <login>', purpose).env('SLIPWAY_USER').makeOptionMandatory();
}
