//! Whom the results in a journal are meant for.

use crate::event::RunStarted;

/// Who is to have results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient<'a> {
    /// The destination, as journals name it.
    pub destination: &'a str,
    /// Whether the results were meant for it.
    pub meant: Meant,
}

/// Whom results were meant for when their process began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// This recipient.
    ForIt,
    /// Another address or project of the same service, which it has taken the place of: it is given what that has not.
    ForItsPredecessor,
    /// Nobody, or other services: it is only given what no service has. Outcomes that were looked at on this machine are
    /// not to appear elsewhere later.
    ForOthers,
    /// Another address or project of the same service, or another package's: it is given nothing.
    ForAnother,
}

/// What becomes of results that were not meant for a destination.
#[derive(Debug, Clone)]
pub enum Elsewhere {
    /// They are left alone.
    Left,
    /// They are given to it if no service has them.
    Shown,
    /// They are given to it if it has taken the place of what they were meant for: where each package of this workspace
    /// reports to by now, by its name.
    Inherited(Vec<(String, Vec<String>)>),
}

/// Tells whom the results in the journals of a run are meant for.
#[derive(Debug, Clone)]
pub struct Addressees {
    /// Where the run's file says that they are meant to go.
    pub of_run: Vec<String>,
    /// What becomes of those that are meant for others.
    pub elsewhere: Elsewhere,
}

impl Addressees {
    /// The destinations that the results of a process are meant for.
    pub fn aims<'a>(&'a self, process: &'a RunStarted) -> &'a [String] {
        // A process whose settings cannot be used does not know it.
        process.destinations.as_deref().unwrap_or(&self.of_run)
    }

    /// What the results of a process are to a destination. In this order, where what they were meant for is
    /// [inherited](Elsewhere::Inherited):
    ///
    /// | they were meant for | their package reports by now | they are |
    /// |---|---|---|
    /// | this destination | | [`ForIt`](Meant::ForIt) |
    /// | nobody, or other services | to another place of this service only | [`ForAnother`](Meant::ForAnother) |
    /// | nobody, or other services | here, or not to this service | [`ForOthers`](Meant::ForOthers) |
    /// | a place of this service that no package reports to | here | [`ForItsPredecessor`](Meant::ForItsPredecessor) |
    /// | another place of this service | | [`ForAnother`](Meant::ForAnother) |
    pub fn meant(&self, destination: &str, process: &RunStarted) -> Meant {
        let aims = self.aims(process);
        let is_it = |other: &String| other == destination;
        if aims.iter().any(is_it) {
            return Meant::ForIt;
        }
        let packages = match &self.elsewhere {
            Elsewhere::Left => return Meant::ForAnother,
            Elsewhere::Shown => return Meant::ForOthers,
            Elsewhere::Inherited(packages) => packages,
        };
        let package = packages.iter().find(|(name, _)| *name == process.package);
        let now = package.map(|(_, now)| now.as_slice()).unwrap_or_default();
        let is_its_own = now.iter().any(is_it);
        let is_rival = |other: &String| service_of(other) == service_of(destination);
        if !aims.iter().any(is_rival) {
            let has_another = !is_its_own && now.iter().any(is_rival);
            return if has_another { Meant::ForAnother } else { Meant::ForOthers };
        }
        let is_set = |aim: &String| packages.iter().any(|(_, now)| now.contains(aim));
        let is_vacant = !aims.iter().any(|aim| is_rival(aim) && is_set(aim));
        if is_its_own && is_vacant { Meant::ForItsPredecessor } else { Meant::ForAnother }
    }
}

/// The name of a destination's service.
pub(crate) fn service_of(destination: &str) -> &str {
    destination.split(' ').next().unwrap_or_default()
}

impl<'a> Recipient<'a> {
    /// Stands for everybody where there is no service: it is still to have what no service has.
    const NOBODY: Self = Self { destination: "", meant: Meant::ForOthers };

    /// A destination that the results were meant for.
    pub const fn intended(destination: &'a str) -> Self {
        Self { destination, meant: Meant::ForIt }
    }

    /// These recipients; nobody, where there are none.
    pub fn or_nobody(recipients: &[Self]) -> &[Self] {
        if recipients.is_empty() { &[Self::NOBODY] } else { recipients }
    }

    /// The service's name.
    pub(crate) fn service(self) -> &'a str {
        service_of(self.destination)
    }

    /// Whether what is answered for here is settled for this recipient.
    pub(crate) fn is_served_by(self, destination: &str) -> bool {
        match self.meant {
            Meant::ForIt => self.destination == destination,
            Meant::ForItsPredecessor => self.service() == service_of(destination),
            Meant::ForOthers | Meant::ForAnother => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// What the results of the package `webshop` are to a destination where the packages report to these by now.
    fn meant(destination: &str, aims: Option<&[&str]>, now: &[(&str, &[&str])]) -> Meant {
        let process = RunStarted { destinations: aims.map(named), ..RunStarted::example("key") };
        let packages = now.iter().map(|(package, now)| ((*package).to_owned(), named(now))).collect();
        let addressees =
            Addressees { of_run: named(&["testfiesta old"]), elsewhere: Elsewhere::Inherited(packages) };
        addressees.meant(destination, &process)
    }

    #[test]
    fn what_a_process_says_goes_before_what_its_run_s_file_says() {
        let there: [(&str, &[&str]); 1] = [("webshop", &["testfiesta old"])];
        assert_eq!(meant("testfiesta old", None, &there), Meant::ForIt);
        assert_eq!(meant("testfiesta old", Some(&["testfiesta b"]), &[]), Meant::ForAnother);
        assert_eq!(meant("testfiesta old", Some(&[]), &there), Meant::ForOthers);
    }

    #[test]
    fn a_destination_inherits_what_was_meant_for_one_that_its_package_left() {
        let aims: Option<&[&str]> = Some(&["testfiesta a"]);
        let moved: (&str, &[&str]) = ("webshop", &["testfiesta new"]);
        let others: [(&str, &[&str]); 2] = [("office", &["testfiesta a"]), ("office", &["testfiesta b"])];
        assert_eq!(meant("testfiesta new", aims, &[moved, others[1]]), Meant::ForItsPredecessor);
        // The destination is still somebody's,
        assert_eq!(meant("testfiesta new", aims, &[moved, others[0]]), Meant::ForAnother);
        // the package reports elsewhere,
        assert_eq!(meant("testfiesta b", aims, &[moved, others[1]]), Meant::ForAnother);
        // or nothing is known of it.
        assert_eq!(meant("testfiesta b", aims, &[others[1]]), Meant::ForAnother);
    }

    #[test]
    fn what_was_meant_for_nobody_goes_where_its_package_reports_to_if_that_is_known() {
        let now: [(&str, &[&str]); 1] = [("webshop", &["testfiesta new"])];
        assert_eq!(meant("testfiesta new", Some(&[]), &now), Meant::ForOthers);
        assert_eq!(meant("testfiesta b", Some(&[]), &now), Meant::ForAnother);
        assert_eq!(meant("testfiesta b", Some(&[]), &[]), Meant::ForOthers);
        assert_eq!(meant("testsigma b", Some(&["testfiesta a"]), &now), Meant::ForOthers);
    }
}
