//! Makes sure that the folder of the client exists, so that the server also builds before the client does.

use std::{fs, path::Path};

fn main() {
    let client = Path::new("../../frontend/dist");
    println!("cargo::rerun-if-changed={}", client.display());
    if let Err(error) = fs::create_dir_all(client) {
        println!("cargo::error=cannot make {}: {error}", client.display());
    }
}
