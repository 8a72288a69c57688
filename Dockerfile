# syntax=docker/dockerfile:1

# One image for the worker, the webhook receiver and the `slipway` command. `--target sandbox` makes the one for trying things out.
FROM node:20-bookworm-slim AS base
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s /app/dist/client/slipway.js /usr/local/bin/slipway
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && chmod +x dist/client/slipway.js

FROM build AS sandbox
RUN install --directory --owner=node /catalog
USER node

FROM build AS pruned
# What the sandbox needs besides is a matter of development.
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf dist/sandbox

FROM base AS slipway
ENV NODE_ENV=production
COPY --from=pruned /app/package.json ./
COPY --from=pruned /app/node_modules ./node_modules
COPY --from=pruned /app/dist ./dist
RUN install --directory --owner=node /var/lib/slipway
USER node
CMD ["node", "dist/worker/main.js"]
