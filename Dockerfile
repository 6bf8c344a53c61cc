# The operator as one file on a Node without a shell:
#   docker build --build-arg COMMIT="$(git rev-parse HEAD)" --build-arg DATE="$(git show -s --format=%cI)" .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY hack/bundle.ts hack/node-24.cjs hack/
COPY hack/bundle hack/bundle
COPY src src
ARG COMMIT=unknown
ARG DATE=unknown
RUN npm run bundle -- --commit "$COMMIT" --date "$DATE"

FROM gcr.io/distroless/nodejs24-debian12:nonroot
COPY --from=build /src/dist/operator.mjs /src/dist/operator.mjs.map /src/dist/operator.mjs.licences.txt /operator/
USER 65532:65532
# The heap follows the container's memory limit and stays small below it, and no signal opens a debugger. For stacks in
# lines of the sources set NODE_OPTIONS=--enable-source-maps, which costs memory.
ENTRYPOINT ["/nodejs/bin/node", "--max-old-space-size-percentage=75", "--optimize-for-size", "--max-semi-space-size=4", "--disable-sigusr1", "--disable-proto=delete", "/operator/operator.mjs"]
