# What a developer runs. `just` lists the recipes; each line also works pasted into a shell.

default:
    @just --list

# Everything that must pass before a commit
ci: fmt clippy thin test

# Formatting is checked, not changed
fmt:
    cargo fmt --check

# Warnings are errors, in all targets
clippy:
    cargo clippy --locked --all-targets --all-features -- -D warnings

# The library alone, without S3, reports and command line
thin:
    cargo check --locked --lib --no-default-features

# All tests; no network, no AWS account
test:
    cargo test --locked

# The main job on the samples
replay:
    cargo run --locked --release -- replay samples

# Replays against libdeflate alone and against other programs; GENERATOR is the script that makes the archives
bench generator='' *arguments: (measurable generator)
    {{run_bench}} compare {{measured}} --generator '{{generator}}' {{arguments}}

# One room of the library at a time
bench-rooms generator='' *arguments: (measurable generator)
    {{run_bench}} rooms {{measured}} --generator '{{generator}}' {{arguments}}

run_bench := 'cargo run --locked --release --features bench --bin bench --'
measured := '--date "$(date -u +%F)" --commit "$(git describe --always --dirty)"'

# Both binaries are built: the benchmark runs the backtrail that lies beside it.
[private]
measurable generator:
    @test -f '{{generator}}' || { echo "the first argument must be the script that makes archives (make_archive.py), and '{{generator}}' is no file; for example \`just bench ../make_archive.py selective --runs 3\`" >&2; exit 1; }
    cargo build --locked --release --features bench --bins

# Write the sample trail anew
samples:
    cargo run --locked --example generate-samples -- samples

# Feeds made-up inputs to TARGET: inflate, find_records, project, pattern, prefilter or documents (needs a C++ compiler)
fuzz target seconds="60" *options:
    tests/fuzz/run {{target}} {{seconds}} {{options}}

# Licences, bans and sources of the dependencies (needs cargo-deny)
deny:
    cargo deny --offline check bans licenses sources
