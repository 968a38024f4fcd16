# Node compresses the client and runs wasm-opt; its image lends it to the builder.
FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
WORKDIR /parlance
COPY . .
# `cargo xtask build` fetches the wasm target, Trunk, wasm-bindgen and wasm-opt by itself; the caches keep them and
# what was compiled for the next build.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/parlance/target \
    cargo xtask build && cp target/release/parlance /usr/local/bin/parlance

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin parlance \
 && install --directory --owner=parlance --group=parlance --mode=0700 /data
COPY --from=build /usr/local/bin/parlance /usr/local/bin/parlance
USER parlance
WORKDIR /data
VOLUME /data
ENV PARLANCE_LISTEN=0.0.0.0:8080 PARLANCE_DATA_DIR=/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
# SIGTERM: answer what is under way, close the sockets, end.
STOPSIGNAL SIGTERM
CMD ["parlance", "serve"]
