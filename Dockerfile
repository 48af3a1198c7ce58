# One image for the API, the worker and the operator's commands; compose.yaml says which of them it runs.
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY . .
RUN npx -y pnpm@12 install --frozen-lockfile --prod --filter @postern/api... --filter @postern/worker... --filter @postern/cli...

FROM node:24.21.0-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app /app
USER node
ENV PATH=/app/apps/cli/bin:$PATH
EXPOSE 5000
CMD ["node", "apps/api/src/start.ts"]
