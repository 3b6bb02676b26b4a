# The controller's image: Node 24 without a shell or package manager, production dependencies, the program as JavaScript (Node
# runs the sources as they are, too, but keeps 30 MB for that). Runs as a user without rights, on a read-only file system.
#
#   docker build -t model-registrar .
#   docker run --rm model-registrar --version
#
# The bases are pinned by tag, so that a build gets their security fixes. To pin them by digest, for a build that can be
# repeated: `docker buildx imagetools inspect IMAGE` prints the digest, then write IMAGE@sha256:… in its place.

FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# No script of any package is run; none that is needed here has one. Type declarations and source maps are half of what
# gets installed, and nothing reads them.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete

FROM node:24-trixie-slim AS program
WORKDIR /app
COPY package.json package-lock.json tsconfig.json tsconfig.build.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src ./src
RUN npm run build

FROM gcr.io/distroless/nodejs24-debian13:nonroot
LABEL org.opencontainers.image.title="model-registrar" \
      org.opencontainers.image.description="Keeps the model list of a LiteLLM proxy in step with the models that are served in a Kubernetes cluster." \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY --from=program /app/dist ./dist
ENV NODE_ENV=production
# V8 lets its young generation grow to three times 16 MiB, for programs that live by throughput: a quarter of that is enough here.
ENV NODE_OPTIONS=--max-semi-space-size=4
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.js"]
CMD ["--help"]
