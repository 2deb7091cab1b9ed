//! The `backtrail` command.

mod cli;

/// Reports are made of many small pieces, and so are requests to S3.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
