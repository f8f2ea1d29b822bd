//! A process that cannot outlive the one that started it.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

pub(super) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// Runs `$2…` with its output in the log of the folder `$1`, prints its pid, and kills it once its own stdin ends.
///
/// Stdin is a pipe that only the test process holds, so it ends however that process ends, by SIGKILL too. Then nobody
/// else is left to remove the folder either. `read` is a builtin: killing the watcher's shell leaves nothing. The
/// watcher goes before the supervisor does, so it never signals a pid that belongs to someone else by then.
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
    /// Closing it, also by dying, kills the process.
    lifeline: Option<ChildStdin>,
    pid: u32,
}

impl Process {
    /// Starts a program whose output goes to the end of the log in a folder. The folder is removed when the process is
    /// abandoned: dropped while it runs, or left by a test process that ended.
    pub(super) fn spawn(
        program: &Path,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        dir: &Path,
    ) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "supervisor"]).arg(dir).arg(program).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own: what the terminal sends on Ctrl-C must not end the supervisor before its process.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut supervisor = command.spawn()?;
        let lifeline = supervisor.stdin.take();
        let mut line = String::new();
        if let Some(stdout) = supervisor.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let pid = line.trim().parse().map_err(|_| io::Error::other("the supervisor named no pid"))?;
        Ok(Self { supervisor, lifeline, pid })
    }

    /// The pid of the program itself.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the program has ended, and how.
    pub(super) fn exited(&mut self) -> Option<ExitStatus> {
        self.supervisor.try_wait().ok().flatten()
    }

    /// Sends a signal, unless the program has ended.
    pub(super) fn signal(&mut self, signal: Signal) {
        // The supervisor reaps the program and then ends, so while it lives the pid is not another's.
        if self.exited().is_none()
            && let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process(pid, signal);
        }
    }

    /// Stops the program, and returns when each of its threads stands still.
    ///
    /// The signal alone is no promise: a thread on another core may answer one more request.
    pub(super) fn freeze(&mut self) {
        self.signal(Signal::STOP);
        let start = Instant::now();
        while self.moves() && start.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether a thread is not stopped yet. Systems without /proc are taken at their word.
    fn moves(&self) -> bool {
        let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", self.pid)) else { return false };
        tasks.flatten().any(|task| {
            // `pid (name) state …`: a name may hold anything, so the last `)` ends it.
            let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
            stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['T', 'Z', 'X']))
        })
    }

    /// Waits for the program to end; `false` where it does not within the time.
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
