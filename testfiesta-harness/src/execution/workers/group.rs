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
    }

    impl Group {
        pub(in super::super) fn spawn(mut command: Command) -> io::Result<Self> {
            let leader = command.process_group(0).spawn()?;
            let id = i32::try_from(leader.id()).expect("process ids are numbers of the system's `pid_t`");
            Ok(Self { leader, id: Pid::from_raw(id) })
        }

        pub(in super::super) fn stdin(&mut self) -> Option<ChildStdin> {
            self.leader.stdin.take()
        }

        /// Ends all that is left of it, whether or not its leader is.
        pub(in super::super) fn kill(&mut self) -> io::Result<()> {
            Ok(killpg(self.id, Signal::SIGKILL)?)
        }

        /// How its leader ended, if it has.
        pub(in super::super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
            self.leader.try_wait()
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
