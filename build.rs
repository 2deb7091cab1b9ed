#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
//! Tells cargo that the binary holds the stored queries: it does not see new files in the folder by itself.

fn main() {
    println!("cargo::rerun-if-changed=queries");
}
