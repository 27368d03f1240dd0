//! What the program asks of the system for itself, before it opens anything.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// Files are their owner's alone, as many may be open as the system allows, and a crash leaves no image of the memory, in
/// which keys lie. What the system refuses stays as it is.
pub fn prepare() {
    umask(Mode::RWXG | Mode::RWXO);
    let files = getrlimit(Resource::Nofile);
    let _as_it_was = setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files });
    let _as_it_was = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}
