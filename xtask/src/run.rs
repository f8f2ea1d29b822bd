//! Runs programs: shows that they are alive, keeps what they say, gives up on those that fall silent.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Context, Error};

/// How long the rest of the output may take once a program has ended: grandchildren can hold its pipes open.
const DRAIN: Duration = Duration::from_secs(2);

/// A program about to be run.
pub(crate) struct Run<'a> {
    command: Command,
    silence: Option<Duration>,
    tick: Option<(Duration, Describe<'a>)>,
}

/// Makes a line about the progress of a program of the last line that it wrote.
type Describe<'a> = Box<dyn FnMut(&str) -> String + 'a>;

/// What a program said.
#[derive(Debug)]
pub(crate) struct Output {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Both outputs, line by line as they came.
    pub(crate) all: String,
}

impl<'a> Run<'a> {
    /// Runs the command without a terminal: its input is empty, its output is kept.
    pub(crate) fn new(command: Command) -> Self {
        Self { command, silence: None, tick: None }
    }

    /// Kills the program when it has written nothing for this long.
    pub(crate) fn silence(mut self, limit: Duration) -> Self {
        self.silence = Some(limit);
        self
    }

    /// Prints a line each time so much time has passed; `describe` makes it of the program's last line.
    pub(crate) fn tick(mut self, every: Duration, describe: impl FnMut(&str) -> String + 'a) -> Self {
        self.tick = Some((every, Box::new(describe)));
        self
    }

    /// Runs the program to its end.
    pub(crate) fn output(mut self) -> Result<Output, Error> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().context(|| format!("cannot run `{name}`"))?;
        let (sender, lines) = mpsc::channel();
        forward(child.stdout.take(), true, sender.clone());
        forward(child.stderr.take(), false, sender);

        let start = Instant::now();
        let mut output = Output { status: ExitStatus::default(), stdout: String::new(), all: String::new() };
        let (mut heard, mut ticked, mut last) = (start, start, String::new());
        let mut ended: Option<Instant> = None;
        loop {
            match lines.recv_timeout(Duration::from_millis(50)) {
                Ok((is_stdout, line)) => {
                    heard = Instant::now();
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
                && heard.elapsed() > limit
            {
                child.kill()?;
                child.wait()?;
                let said = if last.is_empty() { String::new() } else { format!("; its last line: {last}") };
                return Err(Error::new(format!("`{name}` said nothing for {} s{said}", limit.as_secs())));
            }
            if let Some((every, describe)) = &mut self.tick
                && ticked.elapsed() >= *every
            {
                ticked = Instant::now();
                println!("    … {:>4} s  {}", start.elapsed().as_secs(), describe(&last));
            }
        }
    }

    /// Runs the program, and fails with the end of its output unless it succeeds.
    pub(crate) fn success(self) -> Result<Output, Error> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        let output = self.output()?;
        if output.status.success() {
            return Ok(output);
        }
        let lines: Vec<_> = output.all.lines().filter(|line| !line.trim().is_empty()).collect();
        let tail = lines[lines.len().saturating_sub(12)..].join("\n      ");
        Err(Error::new(format!("`{name}` failed ({}): {tail}", output.status)))
    }
}

/// Sends each line of a stream, on a thread of its own.
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
    fn a_silent_program_is_given_up() {
        let start = Instant::now();
        let error = Run::new(sh("echo hello; exec sleep 60")).silence(Duration::from_millis(300)).output();
        assert!(error.unwrap_err().to_string().contains("hello"));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_failure_shows_the_end_of_the_output() {
        let error = Run::new(sh("echo the reason >&2; false")).success().unwrap_err();
        assert!(error.to_string().contains("the reason"), "{error}");
    }

    #[test]
    fn a_grandchild_that_holds_the_pipe_does_not_hold_us() {
        let start = Instant::now();
        let output = Run::new(sh("sleep 30 & echo done")).output().unwrap();
        assert_eq!(output.stdout, "done\n");
        assert!(start.elapsed() < Duration::from_secs(15));
    }
}
