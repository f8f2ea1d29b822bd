//! A child process that ends with its parent.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

pub(super) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// Runs `$2…` with its output in the log of the folder `$1`, prints its process ID, and kills it when the script's
/// own stdin ends.
///
/// Only the test process holds the other end of stdin, so stdin ends with that process, even after SIGKILL. The
/// script then also removes the folder. `read` is a builtin, so that killing the watcher leaves no process behind.
/// The watcher ends before the supervisor, so that it never signals a reused process ID.
const SUPERVISOR: &str = r#"
dir=$1
shift
exec 3<&0
"$@" </dev/null >>"$dir/consul.log" 2>&1 3<&- &
agent=$!
{ read -r _ <&3; : >"$dir/abandoned"; kill -s KILL "$agent"; } >/dev/null 2>&1 &
watcher=$!
exec 3<&-
echo "$agent"
wait "$agent"
code=$?
kill -s KILL "$watcher" 2>/dev/null
if [ -e "$dir/abandoned" ]; then rm -rf "$dir"; fi
exit "$code"
"#;

/// Name of the log in the folder of a process.
pub(super) const LOG: &str = "consul.log";

/// A supervised process.
#[derive(Debug)]
pub(super) struct Process {
    supervisor: Child,
    /// Kills the process when it is closed, also by the end of the test process.
    lifeline: Option<ChildStdin>,
    pid: u32,
}

impl Process {
    /// Starts a program and appends its output to the log in a folder. The folder is removed if the value is dropped
    /// while the program runs, or if the test process ends.
    pub(super) fn spawn(
        program: &Path,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        dir: &Path,
    ) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "supervisor"]).arg(dir).arg(program).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // In its own process group, the supervisor is not ended by Ctrl-C before its process.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut supervisor = command.spawn()?;
        let lifeline = supervisor.stdin.take();
        let mut line = String::new();
        if let Some(stdout) = supervisor.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let pid =
            line.trim().parse().map_err(|_| io::Error::other("supervisor did not print a process ID"))?;
        Ok(Self { supervisor, lifeline, pid })
    }

    /// Returns the process ID of the program.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns the program's exit status if it has ended.
    pub(super) fn exited(&mut self) -> Option<ExitStatus> {
        self.supervisor.try_wait().ok().flatten()
    }

    /// Sends a signal if the program runs.
    pub(super) fn signal(&mut self, signal: Signal) {
        // The supervisor reaps the program before it ends, so the process ID is not reused while it runs.
        if self.exited().is_none()
            && let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process(pid, signal);
        }
    }

    /// Stops the program, and waits until all of its threads have stopped.
    ///
    /// After the signal alone, a thread on another core may still send one more response.
    pub(super) fn freeze(&mut self) {
        self.signal(Signal::STOP);
        let start = Instant::now();
        while self.is_moving() && start.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Returns `true` if a thread still runs. On systems without /proc, returns `false`.
    fn is_moving(&self) -> bool {
        let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", self.pid)) else { return false };
        tasks.flatten().any(|task| {
            // The format is `pid (name) state …`. A name may contain any character, so the last `)` ends it.
            let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
            stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['T', 'Z', 'X']))
        })
    }

    /// Waits for the program to end. Returns `false` if it still runs after the limit.
    pub(super) fn wait(&mut self, limit: Duration) -> bool {
        let start = Instant::now();
        while self.exited().is_none() {
            if start.elapsed() > limit {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.lifeline.take();
        let _ = self.supervisor.wait();
    }
}
