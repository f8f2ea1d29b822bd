//! Runs programs, shows their progress, collects their output, and kills silent ones.
#![allow(clippy::print_stdout, reason = "shows the progress of commands that take minutes")]

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use std::{fmt, thread};

/// Limit for reading the rest of the output after a program has ended. Its children can keep the pipes open.
const DRAIN: Duration = Duration::from_secs(2);

/// A program and how to run it.
#[must_use = "runs nothing by itself"]
pub struct Run<'a> {
    command: Command,
    silence: Option<Duration>,
    tick: Option<(Duration, Describe<'a>)>,
}

/// Converts the last line of a program's output into a progress message.
type Describe<'a> = Box<dyn FnMut(&str) -> String + 'a>;

/// The result of a program.
#[derive(Debug)]
#[non_exhaustive]
pub struct Output {
    /// The exit status.
    pub status: ExitStatus,
    /// The standard output.
    pub stdout: String,
    /// Standard output and standard error, in the order of their lines.
    pub all: String,
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("command", &self.command)
            .field("silence", &self.silence)
            .finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    /// Prepares a command with empty input and collected output.
    pub fn new(command: Command) -> Self {
        Self { command, silence: None, tick: None }
    }

    /// Sets the time without output after which the program is killed.
    pub fn silence(mut self, limit: Duration) -> Self {
        self.silence = Some(limit);
        self
    }

    /// Prints a progress message at this interval. `describe` converts the program's last line.
    pub fn tick(mut self, every: Duration, describe: impl FnMut(&str) -> String + 'a) -> Self {
        self.tick = Some((every, Box::new(describe)));
        self
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    ///
    /// Returns an error if the program cannot be started, or is killed because it is silent.
    pub fn output(mut self) -> io::Result<Output> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self
            .command
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("cannot run `{name}`: {error}")))?;
        let (sender, lines) = mpsc::channel();
        forward(child.stdout.take(), true, sender.clone());
        forward(child.stderr.take(), false, sender);

        let start = Instant::now();
        let mut output = Output { status: ExitStatus::default(), stdout: String::new(), all: String::new() };
        let (mut last_output, mut ticked, mut last) = (start, start, String::new());
        let mut ended: Option<Instant> = None;
        loop {
            match lines.recv_timeout(Duration::from_millis(50)) {
                Ok((is_stdout, line)) => {
                    last_output = Instant::now();
                    output.all.push_str(&line);
                    output.all.push('\n');
                    if is_stdout {
                        output.stdout.push_str(&line);
                        output.stdout.push('\n');
                    }
                    last = line;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    output.status = child.wait()?;
                    return Ok(output);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if ended.is_none()
                && let Some(status) = child.try_wait()?
            {
                output.status = status;
                ended = Some(Instant::now());
            }
            if ended.is_some_and(|ended| ended.elapsed() > DRAIN) {
                return Ok(output);
            }
            if let Some(limit) = self.silence
                && ended.is_none()
                && last_output.elapsed() > limit
            {
                child.kill()?;
                child.wait()?;
                let last = if last.is_empty() { String::new() } else { format!("; its last line: {last}") };
                return Err(io::Error::other(format!(
                    "`{name}` printed nothing for {} s{last}",
                    limit.as_secs()
                )));
            }
            if let Some((every, describe)) = &mut self.tick
                && ticked.elapsed() >= *every
            {
                ticked = Instant::now();
                println!("    … {:>4} s  {}", start.elapsed().as_secs(), describe(&last));
            }
        }
    }

    /// Runs the program to its end and requires success.
    ///
    /// # Errors
    ///
    /// Returns an error if [`output`](Self::output) does, or with the end of the output if the program fails.
    pub fn success(self) -> io::Result<Output> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        let output = self.output()?;
        if output.status.success() {
            return Ok(output);
        }
        let lines: Vec<_> = output.all.lines().filter(|line| !line.trim().is_empty()).collect();
        let tail = lines[lines.len().saturating_sub(12)..].join("\n      ");
        Err(io::Error::other(format!("`{name}` failed ({}): {tail}", output.status)))
    }
}

/// Sends each line of a stream from a new thread.
fn forward(stream: Option<impl Read + Send + 'static>, is_stdout: bool, sender: Sender<(bool, String)>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            if sender.send((is_stdout, line)).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_kept() {
        let output = Run::new(sh("echo out; echo err >&2; exit 3")).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(output.stdout, "out\n");
        assert!(output.all.contains("out\n") && output.all.contains("err\n"));
    }

    #[test]
    fn silent_program_is_killed() {
        let start = Instant::now();
        let error = Run::new(sh("echo hello; exec sleep 60")).silence(Duration::from_millis(300)).output();
        assert!(error.unwrap_err().to_string().contains("hello"));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn failure_shows_the_end_of_the_output() {
        let error = Run::new(sh("echo the reason >&2; false")).success().unwrap_err();
        assert!(error.to_string().contains("the reason"), "{error}");
    }

    #[test]
    fn child_that_keeps_the_pipe_open_does_not_delay() {
        let start = Instant::now();
        let output = Run::new(sh("sleep 30 & echo done")).output().unwrap();
        assert_eq!(output.stdout, "done\n");
        assert!(start.elapsed() < Duration::from_secs(15));
    }
}
