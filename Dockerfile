# syntax=docker/dockerfile:1
# VINR in a container: compose.yaml runs it beside PostgreSQL. `scripts/test container` runs these steps without containers.

# The version of rust-toolchain.toml. That file stays outside: with it, rustup would fetch what only tests need.
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /src
# Function names are kept for backtraces. With line numbers the binary would be four times as large.
ENV CARGO_PROFILE_RELEASE_STRIP=debuginfo
COPY Cargo.toml Cargo.lock ./
COPY bench bench
COPY crates crates
COPY migrations migrations
COPY web web
RUN cargo build --release --locked --package vinr

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/target/release/vinr /usr/local/bin/vinr
# A new volume takes over whose the folder is.
RUN groupadd --gid 10001 vinr \
    && useradd --uid 10001 --gid vinr --home-dir /var/lib/vinr --no-create-home --shell /usr/sbin/nologin vinr \
    && install --directory --owner vinr --group vinr --mode 700 /var/lib/vinr
USER 10001:10001
WORKDIR /var/lib/vinr
VOLUME /var/lib/vinr
# Live, where others can reach it, wants a master key that does not lie beside the data: mount one.
ENV VINR_DATABASE=sqlite:/var/lib/vinr \
    VINR_SANDBOX_LISTEN=0.0.0.0:8080 \
    VINR_LIVE_LISTEN=0.0.0.0:8081 \
    VINR_MASTER_KEY_FILE=/run/secrets/master-key
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s \
    CMD ["curl", "--fail", "--fail-early", "--silent", "--show-error", "http://127.0.0.1:8080/readyz", "http://127.0.0.1:8081/readyz"]
ENTRYPOINT ["vinr"]
CMD ["serve", "--json"]
