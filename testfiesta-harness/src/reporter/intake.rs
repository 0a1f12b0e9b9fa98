//! What the tests hand over, on its way into a load.

use std::{sync::Arc, vec};

use super::{
    attached::AttachedFiles,
    inbox::{ENOUGH, Ending, Inbox},
    load::{Load, Origin},
    results::{Labels, test_results},
};
use crate::event::CaseFinished;

/// Makes results of the outcomes that arrive for one destination.
///
/// That takes about as long as it takes a service to store them, so it is done in portions: some while the tests run,
/// most while others are under way.
pub(super) struct Intake {
    inbox: Arc<Inbox>,
    service: &'static str,
    labels: Labels,
    /// None where nobody wants them.
    attachments: Option<AttachedFiles>,
    taken: vec::IntoIter<CaseFinished>,
    /// Whether the journal is read instead of what was taken before.
    is_behind: bool,
    ending: Option<Ending>,
}

impl Intake {
    /// Nothing is taken yet.
    pub(super) fn new(
        inbox: Arc<Inbox>,
        service: &'static str,
        labels: Labels,
        attachments: Option<AttachedFiles>,
    ) -> Self {
        let taken = Vec::new().into_iter();
        Self { inbox, service, labels, attachments, taken, is_behind: false, ending: None }
    }

    /// Adds to a load until that holds `count` results, or as many bytes as memory is to hold of them: what exceeds those
    /// is read back from the journal later.
    pub(super) fn fill(&mut self, load: &mut Load, count: usize, bytes: usize) {
        // Once: what is taken later came after the journal had failed, and is nowhere else.
        if !self.is_behind && self.inbox.is_behind() {
            self.is_behind = true;
            self.taken = Vec::new().into_iter();
        }
        while load.len() < count && (!self.is_empty() || self.take()) {
            let Some(case) = self.taken.next() else { return };
            if load.bytes() > bytes && self.inbox.fall_behind() {
                self.taken = Vec::new().into_iter();
                return;
            }
            let results = test_results(self.service, &self.labels, &case);
            for (seq, result) in (case.seq..).zip(results) {
                load.add(Origin { journal: 0, seq }, result, None, self.attachments.as_ref());
            }
        }
    }

    /// Takes what arrived. Answers whether that is anything.
    fn take(&mut self) -> bool {
        let (arrived, ending) = self.inbox.take();
        self.ending = ending;
        self.taken = arrived.into_iter();
        if let Some(attachments) = self.attachments.as_mut().filter(|_| self.taken.len() > 0) {
            // What cannot be read back stays queued.
            let _ = attachments.refresh();
        }
        !self.is_empty()
    }

    /// Whether what can be added is worth a request of its own.
    pub(super) fn has_enough(&self) -> bool {
        self.taken.len() + self.inbox.len() >= ENOUGH
    }

    /// Whether everything that was taken is in a load.
    pub(super) fn is_empty(&self) -> bool {
        self.taken.len() == 0
    }

    /// How the tests ended, once there is nothing more to take.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ending.filter(|_| self.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{journal::Journal, run_file::MayBeEnded};

    fn intake(directory: &std::path::Path, outcomes: u64) -> Intake {
        let inbox = Arc::new(Inbox::new("here".to_owned(), Arc::new(Journal::open(directory, "key", None))));
        for seq in 0..outcomes {
            inbox.put(CaseFinished::example(seq, &["TC-1"]));
        }
        inbox.finish(Ending { failed: false, may_be_ended: MayBeEnded::ForGood });
        Intake::new(inbox, "testfiesta", Labels::example(), None)
    }

    #[test]
    fn outcomes_become_results_portion_by_portion() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut intake = intake(directory.path(), 5);
        let mut load = Load::default();
        intake.fill(&mut load, 3, usize::MAX);
        assert_eq!((load.len(), intake.ending()), (3, None));
        intake.fill(&mut load, usize::MAX, usize::MAX);
        assert_eq!((load.len(), intake.ending().is_some()), (5, true));
    }

    /// Linux has a device that is a full disk.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_arrives_after_the_journal_failed_is_not_left_to_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Arc::new(Journal::open(directory.path(), "key", None));
        let inbox = Arc::new(Inbox::new("here".to_owned(), Arc::clone(&journal)));
        let mut intake = Intake::new(Arc::clone(&inbox), "testfiesta", Labels::example(), None);
        let mut load = Load::default();
        assert!(inbox.fall_behind());
        intake.fill(&mut load, 3, usize::MAX);
        journal.fill_the_disk();
        journal.passed(0, 1, 10, "adds");
        for seq in 0..5 {
            inbox.put(CaseFinished::example(seq, &["TC-1"]));
        }
        intake.fill(&mut load, 3, usize::MAX);
        intake.fill(&mut load, usize::MAX, usize::MAX);
        assert_eq!(load.len(), 5);
    }

    #[test]
    fn what_memory_is_not_to_hold_is_left_in_the_journal() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut intake = intake(directory.path(), 5);
        let mut load = Load::default();
        intake.fill(&mut load, usize::MAX, 1000);
        assert!(intake.inbox.is_behind());
        let held = load.len();
        intake.fill(&mut load, usize::MAX, usize::MAX);
        assert_eq!((load.len(), intake.ending().is_some()), (held, true));
    }
}
