export * as argocd from './argocd.ts';
