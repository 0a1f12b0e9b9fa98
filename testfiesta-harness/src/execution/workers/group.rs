//! A process and all that it starts, which end together: a process group, on Windows a job object.

pub(super) use system::Group;

#[cfg(unix)]
mod system {
    use std::{
        io,
        os::unix::process::CommandExt,
        process::{Child, ChildStdin, Command, ExitStatus},
    };

    use nix::{
        sys::signal::{Signal, killpg},
        unistd::Pid,
    };

    #[derive(Debug)]
    pub(in super::super) struct Group {
        leader: Child,
        id: Pid,
        /// Its end was waited for: from now on the system may give its number to others.
        is_over: bool,
    }

    impl Group {
        pub(in super::super) fn spawn(mut command: Command) -> io::Result<Self> {
            let leader = command.process_group(0).spawn()?;
            let id = i32::try_from(leader.id()).expect("process ids are numbers of the system's `pid_t`");
            Ok(Self { leader, id: Pid::from_raw(id), is_over: false })
        }

        pub(in super::super) fn stdin(&mut self) -> Option<ChildStdin> {
            self.leader.stdin.take()
        }

        /// Ends all of it.
        pub(in super::super) fn kill(&mut self) -> io::Result<()> {
            if self.is_over {
                return Ok(());
            }
            Ok(killpg(self.id, Signal::SIGKILL)?)
        }

        /// How its leader ended, if it has. What is left of the group ends then, too: later it could not be told from
        /// another one.
        pub(in super::super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
            let ended = self.leader.try_wait();
            if !matches!(ended, Ok(None)) {
                // What is gone already needs no ending.
                let _ = self.kill();
                self.is_over = true;
            }
            ended
        }
    }

    #[cfg(test)]
    mod tests {
        use std::{io::Read, process::Stdio, thread};

        use super::*;

        /// A group of which only what this script leaves behind lives, and what is printed there.
        fn left_by(script: &str) -> (Group, impl Read) {
            let mut command = Command::new("sh");
            command.args(["-c", script]).stdout(Stdio::piped());
            let mut group = Group::spawn(command).expect("a group");
            let stdout = group.leader.stdout.take().expect("a stdout");
            while group.try_wait().expect("an answer").is_none() {
                thread::yield_now();
            }
            (group, stdout)
        }

        #[test]
        fn what_a_leader_leaves_behind_ends_when_its_end_is_known() {
            let (_group, mut stdout) = left_by("sleep 600 &");
            // At its end only when nobody is left to print.
            assert_eq!(stdout.read_to_end(&mut Vec::new()).expect("an end"), 0);
        }

        #[test]
        fn a_group_whose_end_was_waited_for_is_sent_no_signal() {
            let (mut group, _stdout) = left_by("exit");
            // There is no such group: a signal could not be sent, or would reach another one.
            group.kill().expect("no signal");
        }
    }
}

#[cfg(windows)]
mod system {
    use std::{
        io,
        process::{ChildStdin, Command, ExitStatus},
    };

    use process_wrap::std::{ChildWrapper, CommandWrap, JobObject};

    #[derive(Debug)]
    pub(in super::super) struct Group(Box<dyn ChildWrapper>);

    impl Group {
        pub(in super::super) fn spawn(command: Command) -> io::Result<Self> {
            CommandWrap::from(command).wrap(JobObject).spawn().map(Self)
        }

        pub(in super::super) fn stdin(&mut self) -> Option<ChildStdin> {
            self.0.stdin().take()
        }

        /// Ends all that is left of it.
        pub(in super::super) fn kill(&mut self) -> io::Result<()> {
            self.0.start_kill()
        }

        /// How it ended, if it has. To wait for it is not for us: the job says only once that it is empty, and may have said
        /// so here.
        pub(in super::super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
            self.0.try_wait()
        }
    }
}
