//! System packages, on machines where apt is the way and we may use it.

use anyhow::{Context, Result, bail};
use nix::unistd::Uid;

use crate::command::{command, probe, run};

/// Installs Debian packages, or says in one sentence what the reader must install.
pub fn install(what: &str, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if probe("apt-get", &["--version"]).is_none() {
        bail!("{what} is missing and there is no apt-get here; install it with your system's package manager (Debian calls it `{names}`)");
    }
    if !Uid::effective().is_root() {
        bail!("{what} is missing and only root may install it: run `sudo apt-get install {names}`");
    }
    println!("Installing {what} ({names}) with apt-get.");
    let failed = || format!("{what} is missing and could not be installed: run `apt-get install {names}`");
    // A machine that was just made knows no package lists; one that was made long ago knows old ones.
    run(command("apt-get").args(["-qq", "update"])).with_context(failed)?;
    let mut install = command("apt-get");
    install.args(["-qq", "--yes", "--no-install-recommends", "install"]).args(packages);
    install.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::process::Stdio::null());
    run(&mut install).with_context(failed)
}
